import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { diagnoseCommand } from '../../src/cli/commands/diagnose.ts'
import { readSpec } from '../../src/study/read-spec.ts'

const folder = mkdtempSync(join(tmpdir(), 'tunegate-encoding-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A file as PowerShell's `>` writes it, with a byte order mark, or as other tools do, without. */
function utf16(name: string, text: string, mark: string): string {
  const path = join(folder, name)
  writeFileSync(path, Buffer.from(mark + text, 'utf16le'))
  return path
}

describe.each([
  ['with', '\ufeff'],
  ['without', ''],
])('UTF-16 %s a byte order mark', (_, mark) => {
  it('is named in a spec', async () => {
    const specPath = utf16('tuning.yml', 'version: 1\nname: t\n', mark)
    await expect(readSpec({ specPath, workspace: folder })).rejects.toMatchObject({
      diagnostics: [{ code: 'spec/encoding', hint: 'it looks like UTF-16: save it as UTF-8' }],
    })
  })
  it('is named in a log', async () => {
    const path = utf16('log.csv', 'epoch,loss\n1,2\n', mark)
    await expect(diagnoseCommand([path], {})).rejects.toMatchObject({
      diagnostics: [{ code: 'diagnose/encoding', hint: 'it looks like UTF-16: save it as UTF-8' }],
    })
  })
})
