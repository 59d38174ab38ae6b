import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { parseReport } from '../../src/report/json.ts'
import { root } from '../support/architecture.ts'
import { tunegate, withSpec, workFolder } from '../support/cli.ts'

const length = 32
const rowsOfClass = 300

/** The repository's own text by its kind: what a small encoder has to tell apart from 32 characters. */
const kinds = {
  prose: ['README.md', 'SECURITY.md', ...under('docs', '.md').filter((path) => !path.includes('validation'))],
  typescript: under('src/stats', '.ts'),
  python: [...under('test/stats/fixtures', '.py'), ...under('test/train', '.py')],
} as const

function under(folder: string, end: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith(end))
    .sort()
    .map((f) => join(folder, f))
}

/** Rows of character codes from places of their own, and the kind. */
function tokenRows(): string {
  const random = stream(3, 'windows')
  const rows = Object.entries(kinds).flatMap(([kind, files]) => {
    const text = files
      .map((f) => readFileSync(join(root, f), 'utf8'))
      .join('\n')
      .replace(/\s+/g, ' ')
    const spacing = Math.floor((text.length - length) / rowsOfClass)
    expect(spacing).toBeGreaterThan(length)
    return Array.from({ length: rowsOfClass }, (_, i) => {
      const from = i * spacing + random.integer(spacing - length)
      return [...Array.from({ length }, (_, at) => Math.min(text.charCodeAt(from + at), 127)), kind].join(',')
    })
  })
  return `${[...Array.from({ length }, (_, i) => `t${i}`), 'kind'].join(',')}\n${rows.join('\n')}\n`
}

const spec = `version: 1
name: text
task: classification
data:
  source: tokens.csv
  target: kind
  inputs: { shape: [${length}] }
  split: { validation: 0.2, test: 0.2 }
model:
  layers:
    - embedding: { inputDim: 128, outputDim: 16 }
    - positionEmbedding
    - residual:
        layers:
          - layerNormalization
          - multiHeadAttention: { numHeads: 2, keyDim: 8 }
    - residual:
        layers:
          - layerNormalization
          - dense: { units: 32, activation: gelu }
          - dropout
          - dense: { units: 16 }
    - layerNormalization
    - globalAveragePooling1d
    - dense: { units: classes }
levers:
  optimization: { learningRate: 0.01 }
  batching: { batchSize: 32 }
  scheduling: { epochs: 8 }
stages:
  - verify: { seeds: 3 }
gates:
  - seed-variance: { metric: accuracy, maxStd: 0.5 }
`

// On the native engine where it is installed, else on the embedded one: `auto`.
test('a small transformer learns from token ids which kind of text it reads', async () => {
  const folder = withSpec(workFolder(), spec)
  writeFileSync(join(folder, 'tokens.csv'), tokenRows())
  const { code, out, err } = await tunegate(folder, ['run', 'tuning.yml', '--engine', 'auto'])
  expect([code, err], out).toEqual([0, expect.not.stringContaining('    at ')])
  const path = join(folder, '.tunegate', 'text', 'report.json')
  const { verification } = parseReport(readFileSync(path, 'utf8'), path)
  // A third is what guessing would have.
  expect(verification?.seeds).toHaveLength(3)
  for (const { candidate } of verification?.seeds ?? []) expect(candidate.test?.accuracy).toBeGreaterThan(0.55)
})
