import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { prepare } from '../../src/study/prepare.ts'
import { problemsOf } from '../data/support.ts'

const folder = mkdtempSync(join(tmpdir(), 'undefined metrics-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** 80 rows for training, and 20 each to measure, whose answers are given. */
function files(header: string, train: (row: number) => string, measured: (row: number) => string): void {
  const table = (count: number, answer: (row: number) => string): string =>
    `a,b,${header}\n${Array.from({ length: count }, (_, i) => `${(i * 37) % 41},${(i * 13) % 17},${answer(i)}`).join('\n')}\n`
  writeFileSync(join(folder, 'train.csv'), table(80, train))
  writeFileSync(join(folder, 'validation.csv'), table(20, measured))
  writeFileSync(join(folder, 'test.csv'), table(20, measured))
}

const spec = (task: string, target: string, gate: string, objective = ''): string => `version: 1
name: undefined
task: ${task}
${objective}
data: { train: train.csv, validation: validation.csv, test: test.csv, target: ${target} }
model: { layers: [{ dense: { units: ${task === 'regression' ? 1 : 'classes'} } }] }
stages: [verify: { seeds: 3 }]
gates:
  - ${gate}
`

const problems = async (text: string): Promise<string[]> => {
  const source = { specPath: join(folder, 'tuning.yml'), specText: text, workspace: folder, env: {} }
  return (await problemsOf(prepare(source))).map(({ code, at, message }) => `${code} ${at?.line}:${at?.column} ${message}`)
}

describe('a metric that the rows do not define', () => {
  it('is refused where no label has both answers, and not 0.5', async () => {
    files(
      'x,y',
      (i) => `${i % 2},${i % 3 === 0 ? 1 : 0}`,
      () => '1,0',
    )
    expect(await problems(spec('multi-label', '[x, y]', 'threshold: { metric: auroc, split: test, min: 0.5 }'))).toEqual([
      'data/undefined-metric 9:26 the metric auroc has no value on the test rows: each label applies to all of them or to none',
    ])
  })

  it('is refused where no row has a label', async () => {
    files(
      'x,y',
      (i) => `${i % 2},${i % 3 === 0 ? 1 : 0}`,
      () => '0,0',
    )
    const gate = 'threshold: { metric: microF1, split: test, min: 0.5 }'
    expect((await problems(spec('multi-label', '[x, y]', gate))).join()).toContain('no row has a label')
  })

  it('is refused where all rows have one class or one value', async () => {
    files(
      'y',
      (i) => 'pq'[i % 2] ?? '',
      () => 'p',
    )
    const gate = 'threshold: { metric: kappa, split: test, min: 0.5 }'
    expect(await problems(spec('classification', 'y', gate, 'objective: auroc'))).toEqual([
      'data/undefined-metric 4:12 the metric auroc has no value on the validation rows: all of them have one class',
      'data/undefined-metric 9:26 the metric kappa has no value on the test rows: all of them have one class',
    ])
    files(
      'y',
      (i) => String(i % 7),
      () => '3',
    )
    const r2 = 'threshold: { metric: r2, split: test, min: 0.5 }'
    expect((await problems(spec('regression', 'y', r2))).join()).toContain('all of them have one value')
  })

  it('is no reason to refuse others, or the same on rows that do', async () => {
    files(
      'y',
      (i) => 'pq'[i % 2] ?? '',
      () => 'p',
    )
    const source = (text: string) => ({ specPath: join(folder, 'tuning.yml'), specText: text, workspace: folder, env: {} })
    const accuracy = spec('classification', 'y', 'threshold: { metric: accuracy, split: test, min: 0.5 }')
    expect((await prepare(source(accuracy))).plan.gates).toHaveLength(1)
    files(
      'y',
      (i) => 'pq'[i % 2] ?? '',
      (i) => 'pq'[i % 2] ?? '',
    )
    const auroc = spec('classification', 'y', 'threshold: { metric: auroc, split: test, min: 0.5 }', 'objective: auroc')
    expect((await prepare(source(auroc))).plan.gates).toHaveLength(1)
  })
})
