import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { initCommand } from '../../src/cli/commands/init.ts'
import { reportCommand } from '../../src/cli/commands/report.ts'
import { buildReport } from '../../src/report/build.ts'
import { reportText } from '../../src/report/json.ts'
import { buildLock, lockText } from '../../src/report/lock.ts'
import { Journal } from '../../src/run/journal.ts'
import { lockOf, namedBaseline } from '../../src/study/baseline.ts'
import { fakeStudy } from '../support/study.ts'

function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'study-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What the command wrote to standard output. */
async function printed(command: () => Promise<number>): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    expect(await command()).toBe(0)
    return write.mock.calls.map(([text]) => String(text)).join('')
  } finally {
    write.mockRestore()
  }
}

test('report prints a format without writing a file; without one it writes them all', async () => {
  const folder = workFolder()
  const study = fakeStudy({})
  const report = buildReport(study.input)
  writeFileSync(join(folder, 'report.json'), reportText(report))
  const header = { journal: 1, workload: 'p', spec: 's', data: 'd', engine: 'e' } as const
  const journal = await Journal.open(join(folder, 'journal.jsonl'), header)
  for (const run of study.results) await journal.append(run)
  await journal.close()
  const before = readdirSync(folder)

  const markdown = await printed(() => reportCommand(folder, { format: 'markdown' }))
  expect(markdown).toMatch(/^# /)
  expect(await printed(() => reportCommand(folder, { format: 'json' }))).toBe(reportText(report))
  expect(readdirSync(folder)).toEqual(before)

  await printed(() => reportCommand(folder, {}))
  // A chart of an earlier report goes with its picture; what is not ours stays.
  const curves = join(folder, 'curves')
  writeFileSync(
    join(curves, 'finding-9.svg'),
    readFileSync(join(curves, 'grid.svg'), 'utf8').replaceAll('grid-', 'finding-9-'),
  )
  writeFileSync(join(curves, 'finding-9.png'), 'old')
  writeFileSync(join(curves, 'grid.png'), 'old')
  writeFileSync(join(curves, 'mine.svg'), '<svg/>')
  writeFileSync(join(curves, 'mine.png'), 'mine')
  await printed(() => reportCommand(folder, {}))
  expect(readdirSync(curves).filter((name) => /^(finding-9|grid|mine)/.test(name))).toEqual([
    'grid.svg',
    'mine.png',
    'mine.svg',
  ])
  expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toBe(markdown)
})

test('a lock is called by the name of its file', async () => {
  const folder = workFolder()
  const lock = lockText(buildLock(buildReport(fakeStudy({}).input)))
  const spec = { path: join(folder, 'tuning.yml'), name: 'x' }
  const elsewhere = { ...spec, path: 'elsewhere/tuning.yml' }
  expect(await lockOf(spec)).toBeNull()
  writeFileSync(join(folder, 'main.lock.json'), lock)
  expect((await lockOf(spec, namedBaseline(join(folder, 'main.lock.json'))))?.source).toBe('main.lock.json')
  writeFileSync(join(folder, 'tuning.lock.json'), lock)
  expect((await lockOf(spec))?.source).toBe('tuning.lock.json')
  expect((await lockOf(spec, namedBaseline('lock')))?.source).toBe('tuning.lock.json')
  expect((await lockOf(elsewhere, namedBaseline(folder)))?.source).toBe('tuning.lock.json')
  expect(await lockOf(spec, namedBaseline('retrain'))).toBeNull()
  await expect(lockOf(elsewhere, namedBaseline('lock'))).rejects.toThrow(/cannot be read/)
})

test('two specs of a folder have locks of their own, and the old name is read for the study that it names', async () => {
  const folder = workFolder()
  const lock = lockText(buildLock(buildReport(fakeStudy({}).input)))
  const { name } = JSON.parse(lock) as { name: string }
  const spec = (file: string, study = name) => ({ path: join(folder, file), name: study })
  writeFileSync(join(folder, 'tuning.lock.json'), lock)
  expect((await lockOf(spec('digits.yml')))?.source).toBe('tuning.lock.json')
  expect(await lockOf(spec('other.yml', 'other'))).toBeNull()
  await expect(lockOf(spec('other.yml', 'other'), namedBaseline('lock'))).rejects.toThrow(/other\.lock\.json: there is no/)
  // The lock of tuning.yml has this name whatever its study is called.
  expect((await lockOf(spec('tuning.yaml', 'renamed')))?.source).toBe('tuning.lock.json')
  writeFileSync(join(folder, 'digits.lock.json'), lock)
  writeFileSync(join(folder, 'other.lock.json'), lock)
  expect((await lockOf(spec('digits.yml')))?.source).toBe('digits.lock.json')
  expect((await lockOf(spec('other.json', 'other')))?.source).toBe('other.lock.json')
  expect((await lockOf(spec('digits.yml'), namedBaseline(folder)))?.source).toBe('digits.lock.json')
})

test('a place that init cannot write to is an input error', async () => {
  const folder = workFolder()
  writeFileSync(join(folder, 'data.csv'), 'a,b,y\n1,2,0\n2,1,1\n3,2,0\n4,1,1\n')
  mkdirSync(join(folder, 'tuning.yml'))
  const failure = await initCommand([join(folder, 'data.csv')], { output: join(folder, 'tuning.yml'), force: true }).catch(
    (e: unknown) => e,
  )
  expect(failure).toBeInstanceOf(InputError)
  expect((failure as InputError).diagnostics[0]).toMatchObject({
    code: 'init/unwritable',
    found: expect.stringContaining('EISDIR'),
  })
})
