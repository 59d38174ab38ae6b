import { readFileSync } from 'node:fs'
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
  const { code, out } = await tunegate(folder, wide)
  expect([code, out]).toEqual([0, expect.stringContaining('no pilot, so the gates rest on the number of rows alone: ')])
  expect(readFileSync(join(folder, 'flat.yml'), 'utf8')).toContain('# No pilot: two standard errors on 359 test rows')
})
