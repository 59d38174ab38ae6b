import { modelSpec } from '../support/models.ts'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadDataset } from '../../src/data/load.ts'
import { normalize } from '../../src/compile/normalize.ts'
import { isTrainerSpec } from '../../src/compile/normalized.ts'
import { parseSpec } from '../../src/dsl/parse.ts'
import { compiled, must } from './support.ts'

const folder = join(import.meta.dirname, '../../examples')
const specOf = (name: string): string => join(folder, name, 'tuning.yml')
// Results of another tool are judged without a plan: test/study/gate-results.test.ts reads that example.
const isTrained = (name: string): boolean => !/^results:/m.test(readFileSync(specOf(name), 'utf8'))
const examples = readdirSync(folder).filter((name) => existsSync(specOf(name)) && isTrained(name))

describe.each(examples)('example %s', (name) => {
  it('compiles on its own data without a warning, within its budget', async () => {
    const text = readFileSync(specOf(name), 'utf8')
    const { data } = modelSpec(must(normalize(must(parseSpec(text, name)))))
    const set = await loadDataset({ ...data, source: join(folder, name, data.source) })
    const { train, validation, test } = set.splits
    const { plan, warnings } = compiled(text, {
      fingerprint: set.fingerprint,
      inputShape: set.inputShape,
      classes: set.classes,
      rows: { train: train.length, validation: validation.length, test: test.length },
    })
    expect(warnings).toEqual([])
    expect(plan.jobs).toHaveLength(5)
    expect(plan.gates.length).toBeGreaterThan(0)
  })
})

const scripts = readdirSync(join(folder, 'trainers'))

describe.each(scripts)('example trainers/%s', (name) => {
  const read = (file: string): string => readFileSync(join(folder, 'trainers', name, file), 'utf8')

  it('is a valid spec of a script that is here, with gates', () => {
    const spec = must(normalize(must(parseSpec(read('tuning.yml'), name))))
    expect(isTrainerSpec(spec) && existsSync(join(folder, 'trainers', name, spec.trainer.command[1] ?? ''))).toBe(true)
    expect(spec.gates.length).toBeGreaterThan(0)
  })

  it('has a page of its own and a lock of its own', () => {
    expect(read('README.md')).toContain('tunegate run tuning.yml')
    const { name: study }: { name: string } = JSON.parse(read('tuning.lock.json'))
    expect(read('tuning.yml')).toContain(`\nname: ${study}\n`)
  })
})
