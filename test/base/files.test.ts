import { execFileSync, spawnSync } from 'node:child_process'
import { lstatSync, mkdtempSync, openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import { requireReplaceable } from '../../src/base/devices.ts'
import { explainFileError, readWithin, reasonOf, writeFileAtomic, writeFilePlain } from '../../src/base/files.ts'
import { InputError } from '../../src/base/diagnostics.ts'
import { Journal } from '../../src/run/journal.ts'
import { root } from '../support/architecture.ts'
import { node24 } from '../support/runner.ts'

let folder: string
let outside: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'))
  outside = join(mkdtempSync(join(tmpdir(), 'outside-')), 'file')
  writeFileSync(outside, 'kept')
})
const kept = (): void => expect(readFileSync(outside, 'utf8')).toBe('kept')
const header = { journal: 1, workload: 'w', spec: 's', data: 'd', engine: 'e' } as const

describe.skipIf(process.platform !== 'linux')('a pipe, a socket or a device', () => {
  const failed = async (work: Promise<unknown>): Promise<string> =>
    reasonOf(
      await work.then(
        () => new Error('it went on'),
        (e: Error) => e,
      ),
    )

  it('is not replaced by a file, nor is a link to one', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    symlinkSync('/dev/null', join(folder, 'null'))
    for (const name of ['pipe', 'null']) expect(await failed(writeFileAtomic(join(folder, name), 'x'))).toContain('a device')
    expect(lstatSync(join(folder, 'pipe')).isFIFO() && lstatSync(join(folder, 'null')).isSymbolicLink()).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['null', 'pipe'])
  })

  it('is not replaced, nor is the link that the system makes to standard output', async () => {
    // Looked at and not written: a version that does not refuse would break this machine.
    for (const path of ['/dev/null', '/dev/stdout', '/dev/stderr'])
      expect(await failed(requireReplaceable(path))).toContain('a device')
    await expect(requireReplaceable(outside)).resolves.toBeUndefined()
    // The link leads to whatever the process was given, here a file that could be replaced.
    const given = join(folder, 'given')
    const look = `import('${pathToFileURL(join(root, 'src/base/devices.ts')).href}').then((d) => d.requireReplaceable('/dev/stdout'))`
    const child = spawnSync(node24, ['--eval', look], { stdio: ['ignore', openSync(given, 'w'), 'pipe'], encoding: 'utf8' })
    expect([child.status, child.stderr]).toEqual([1, expect.stringContaining('/dev/stdout is a pipe, a socket or a device')])
  })

  it('is not written to, nor waited for', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    expect(await failed(writeFilePlain(join(folder, 'pipe'), 'x'))).toContain('ENXIO')
  })

  it('is not read', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    for (const path of [join(folder, 'pipe'), '/dev/zero']) expect(await failed(readWithin(path, 10))).toContain('a device')
    expect(await failed(readWithin(folder, 1_000_000))).toContain('EISDIR')
  })
})

describe('attack 17: a link in place of a file', () => {
  it('is replaced by a file that is written whole', async () => {
    symlinkSync(outside, join(folder, 'report.json'))
    await writeFileAtomic(join(folder, 'report.json'), 'new')
    expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe('new')
    kept()
  })

  it('is not followed by the temporary file either, and what a killed process left is no obstacle', async () => {
    symlinkSync(outside, join(folder, `.report.json.${process.pid}.tmp`))
    await writeFileAtomic(join(folder, 'report.json'), 'new')
    writeFileSync(join(folder, `.report.json.${process.pid}.tmp`), 'torn')
    await writeFileAtomic(join(folder, 'report.json'), 'newer')
    expect(readdirSync(folder)).toEqual(['report.json'])
    expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe('newer')
    kept()
  })

  it('is refused where a file is written as it is, with what to do', async () => {
    await writeFilePlain(join(folder, 'curve.csv'), 'first, and longer')
    await writeFilePlain(join(folder, 'curve.csv'), 'second')
    expect(readFileSync(join(folder, 'curve.csv'), 'utf8')).toBe('second')
    symlinkSync(outside, join(folder, 'link.csv'))
    const error: unknown = await writeFilePlain(join(folder, 'link.csv'), 'x').catch((e: unknown) => e)
    expect(explainFileError(error, 'x/y', 'said')).toBeInstanceOf(InputError)
    kept()
  })

  it('is no journal', async () => {
    const journal = await Journal.open(join(folder, 'journal.jsonl'), header)
    await journal.close()
    symlinkSync(join(folder, 'journal.jsonl'), join(folder, 'linked.jsonl'))
    await expect(Journal.open(join(folder, 'linked.jsonl'), header)).rejects.toThrow('journal/unusable')
  })
})
