import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { diagnoseCommand } from '../../src/cli/commands/diagnose.ts'

const reading = vi.hoisted(() => ({ now: 0, most: 0 }))
vi.mock(import('../../src/base/files.ts'), async (original) => {
  const files = await original()
  return {
    ...files,
    readWithin: async (path, most) => {
      reading.most = Math.max(reading.most, ++reading.now)
      try {
        return await files.readWithin(path, most)
      } finally {
        reading.now--
      }
    },
  }
})

const folder = mkdtempSync(join(tmpdir(), 'diagnose-'))
const write = vi.spyOn(process.stdout, 'write')
const server = createServer()
beforeAll(async () => {
  write.mockReturnValue(true)
  symlinkSync('loop', join(folder, 'loop'))
  await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve))
})
afterAll(() => {
  write.mockRestore()
  server.close()
})

describe('diagnose', () => {
  it('reads one file after another, since each may be large', async () => {
    const paths = ['a', 'b', 'c'].map((name) => join(folder, `${name}.csv`))
    for (const path of paths) writeFileSync(path, 'step,loss\n1,0.5\n2,0.4\n')
    // Other tests of this process have loaded the modules without the counter.
    vi.resetModules()
    const fresh = await import('../../src/cli/commands/diagnose.ts')
    expect(await fresh.diagnoseCommand(paths, {})).toBe(0)
    expect(reading.most).toBe(1)
  })

  it.skipIf(process.platform !== 'linux').each(['socket', 'loop', '/proc/self/mem', '/proc/self', '/proc/self/fd/9999'])(
    'refuses %s as curves, and does not wait for it',
    async (path) => {
      const found = await diagnoseCommand([path.startsWith('/') ? path : join(folder, path)], {}).catch((e: unknown) => e)
      expect(found).toBeInstanceOf(InputError)
      expect(String(found)).toContain('cannot be read')
    },
  )
})
