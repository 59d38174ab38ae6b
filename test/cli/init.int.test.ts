import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tunegate, workFolder } from '../support/cli.ts'

test('init measures the noise for its gates, and writes the same spec again, which is valid without a warning', async () => {
  const folder = workFolder()
  const written = async (name: string): Promise<string> => {
    const { code, out, err } = await tunegate(folder, ['init', 'examples/wine/wine.csv', '--output', name])
    expect([code, out, err]).toEqual([0, expect.stringMatching(/pilot: 5 trainings of 20 epochs .* in [\d.]+ s\n/), ''])
    return readFileSync(join(folder, name), 'utf8')
  }
  const text = await written('one.yml')
  expect(text).toMatch(/# Pilot: validation accuracy 0\.9\d over 5 seeds; standard error on 35 test rows/)
  expect(text).toMatch(/- calibration: \{ metric: nll, split: test, margin: 0\.0\d+ \}/)
  expect(await written('two.yml')).toBe(text)
  const { code, err } = await tunegate(folder, ['validate', 'one.yml'])
  expect([code, err]).toEqual([0, ''])
})

test('init says why there is no pilot, and writes gates all the same', async () => {
  const folder = workFolder()
  const wide = ['init', 'examples/digits/digits.csv.gz', '--target', '0', '--output', 'flat.yml']
  const { code, out, err } = await tunegate(folder, wide)
  // Pixel 0 is empty in every image. The spec is there to change, and the code says that it cannot train.
  expect([code, err]).toEqual([2, expect.stringContaining('flat.yml needs a change before it can train:')])
  expect([code, out]).toEqual([2, expect.stringContaining('no pilot, so the gates rest on the number of rows alone: ')])
  expect(readFileSync(join(folder, 'flat.yml'), 'utf8')).toContain('# No pilot: two standard errors on 359 test rows')
})

test('init says in three lines what it understood, and what it prints next runs as printed', async () => {
  const folder = workFolder()
  const rows = Array.from({ length: 120 }, (_, i) => {
    const [sex, survived] = [i % 3 === 0 ? 'female' : 'male', (i * 7 + (i % 3 === 0 ? 1 : 0)) % 5 < 2 ? 1 : 0]
    const age = i % 9 === 0 ? '' : 20 + ((i * 13) % 47)
    return [
      survived,
      (i % 3) + 1,
      `Dr. Nobody ${i}`,
      sex,
      age,
      `1912-04-${10 + (i % 9)}`,
      ['First', 'Second', 'Third'][i % 3],
    ].join(',')
  })
  writeFileSync(join(folder, 'people.csv'), ['survived,pclass,name,sex,age,boarded,class', ...rows].join('\n'))
  const { code, out } = await tunegate(folder, ['init', 'people.csv', '--no-pilot', '-o', 'a b.yml'])
  expect(code).toBe(0)
  expect(out).toContain('Task:   classification: survived has 2 classes in 120 rows\n')
  expect(out).toMatch(
    /^Target: survived, because its name tells it, and it has 2 values; another: node dist\/cli\/index\.js init /m,
  )
  expect(out).toMatch(/^Inputs: .*gaps are filled in: age \(14\); left out: name \(names the rows\)$/m)
  expect(out).toMatch(/^ {2}valid: 5 stages, about \d+ runs$/m)
  const plan = /^ {2}node dist\/cli\/index\.js (plan .*)$/m.exec(out)?.[1] ?? ''
  expect(plan).toBe("plan 'a b.yml'")
  expect((await tunegate(folder, ['plan', 'a b.yml'])).code).toBe(0)
})

test.each([
  ['data outside of the folder that the spec may read', '../outside.csv', /init\/outside.*\n.*\n.*\n.*copy/],
  ['images without labels', 'pixels.csv', /init\/no-target.*images without labels/],
])('init refuses %s before it writes anything', async (_, data, message) => {
  const folder = workFolder()
  writeFileSync(join(folder, '../outside.csv'), 'a,y\n1,0\n2,1\n')
  const pixels = Array.from({ length: 40 }, (_, i) => Array.from({ length: 64 }, (_, j) => (i * 7 + j * 3) % 17).join(','))
  writeFileSync(join(folder, 'pixels.csv'), pixels.join('\n'))
  const { code, out, err } = await tunegate(folder, ['init', data])
  expect([code, out, err]).toEqual([2, '', expect.stringMatching(message)])
  expect(existsSync(join(folder, 'tuning.yml'))).toBe(false)
})
