import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, sources } from './support/architecture.ts'
import { node24 } from './support/runner.ts'
import { machineNode } from './support/tools.ts'

const scripts = sources('dist', '.js')

/** Copies the committed bundles to a folder with nothing else in it, and runs the command line there. */
function planWith(node: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'a copy '))
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
  const options = { cwd: folder, encoding: 'utf8', env: {} } as const
  return execFileSync(node, ['dist/cli/index.js', 'plan', 'examples/wine/tuning.yml', '--no-probe'], options)
}

describe('dist/', () => {
  it('has the three programs, the engine, and the licences of what is inside', () => {
    const programs = ['cli/index.js', 'action/index.js', 'worker/index.js']
    for (const name of [...programs, 'worker/tfjs-backend-wasm-simd.wasm', 'package.json']) {
      expect(statSync(join(root, 'dist', name)).size).toBeGreaterThan(0)
    }
    const licences = readFileSync(join(root, 'dist/licenses.txt'), 'utf8')
    for (const name of ['@actions/artifact', '@tensorflow/tfjs-backend-wasm', 'ajv', 'vega', 'yaml']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'))
    }
  })

  it('is minified, and carries no source map and no path of the machine that built it', () => {
    expect(scripts.length).toBeGreaterThan(5)
    for (const { text } of scripts) {
      expect(text).not.toMatch(/sourceMappingURL=(?!data:|\$|"|`)|file:\/\/\/[a-z]+\/|\bnode_modules\//)
      expect(text).not.toContain(root)
    }
  })

  it('runs on Node 24 with nothing beside it, in a folder with a blank in its name', () => {
    expect(planWith(node24)).toMatch(/^total /m)
  })

  it("runs on the machine's Node, with the same result", (context) => {
    const node = machineNode(context)
    expect(planWith(node)).toBe(planWith(node24))
  })
})
