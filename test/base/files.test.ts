import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { explainFileError, writeFileAtomic, writeFilePlain } from '../../src/base/files.ts'
import { InputError } from '../../src/base/diagnostics.ts'
import { Journal } from '../../src/run/journal.ts'

let folder: string
let outside: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'))
  outside = join(mkdtempSync(join(tmpdir(), 'outside-')), 'file')
  writeFileSync(outside, 'kept')
})
const kept = (): void => expect(readFileSync(outside, 'utf8')).toBe('kept')
const header = { journal: 1, workload: 'w', spec: 's', data: 'd', engine: 'e' } as const

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
