import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { prepare } from '../../src/study/prepare.ts'
import { digits } from '../data/support.ts'

const folder = mkdtempSync(join(tmpdir(), 'tunegate-checks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
copyFileSync(digits, join(folder, 'digits.csv.gz'))

/** The warnings of a study whose pilot tries these strengths of a policy that mirrors every other digit. */
async function warnings(strengths: string, severity: string): Promise<string[]> {
  writeFileSync(
    join(folder, 'tuning.yml'),
    `
version: 1
name: mirrored
task: classification
preset: vision-cnn
data:
  source: digits.csv.gz
  target: -1
  header: false
  inputs: { shape: [8, 8, 1], scale: 0.0625 }
  checks: { augmentation: ${severity}, constant: off }
augmentation: { flip: 0.5, shift: 0.125, erase: 0.25, mixup: 0.2 }
model: { layers: [flatten, { dense: { units: classes } }] }
stages:
  - regularize: { grid: { weightDecay: [0.01], augmentation: ${strengths} } }
  - verify: { seeds: 3 }
gates:
  - threshold: { metric: accuracy, min: 0.5 }
`,
  )
  const prepared = await prepare({ specPath: join(folder, 'tuning.yml'), workspace: folder })
  return prepared.warnings.filter(({ code }) => code === 'data/augmentation').map(({ message }) => message)
}

describe('augmentation is looked at before training', () => {
  it('at the largest strength of the grid, and what does no harm is not named', async () => {
    const found = await warnings('[0, 0.5, 1]', 'warn')
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^augmentation\.flip 0\.5 makes rows of one class look like another: "/)
    expect(await warnings('[0]', 'warn')).toEqual([])
    expect(await warnings('[0, 1]', 'off')).toEqual([])
  })

  it('and stops the study where the spec says error, with its line', async () => {
    const error = await warnings('[0, 1]', 'error').catch((e: unknown) => e)
    expect(error).toBeInstanceOf(InputError)
    const [first] = (error as InputError).diagnostics
    expect(first).toMatchObject({ code: 'data/augmentation', severity: 'error', at: { line: 11 } })
  })
})
