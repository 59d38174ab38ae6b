import { modelSpec } from '../support/models.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stream, type Stream } from '../../src/base/random.ts'
import { compile } from '../../src/compile/compile.ts'
import { normalize } from '../../src/compile/normalize.ts'
import { warningsOf } from '../../src/compile/warnings.ts'
import { renderPlanMermaid } from '../../src/report/plan-mermaid.ts'
import { renderPlanTable } from '../../src/report/plan-table.ts'
import { parseSpec } from '../../src/dsl/parse.ts'
import { dataFacts, factsOf, irisFacts } from './support.ts'

const folder = join(import.meta.dirname, 'corpus')
const texts = readdirSync(folder)
  .filter((f) => f.endsWith('.yml'))
  .map((f) => readFileSync(join(folder, f), 'utf8'))

/** All phases; whatever comes in, a defect of ours (a throw) must not come out. */
function phases(text: string, facts: ReturnType<typeof dataFacts>): 'parse' | 'normalize' | 'compile' | 'plan' {
  const parsed = parseSpec(text, 'fuzz.yml')
  if (!parsed.ok) return 'parse'
  const spec = normalize(parsed.value)
  if (!spec.ok) return 'normalize'
  const plan = compile(modelSpec(spec.value), facts, parsed.value.locate)
  if (!plan.ok) return 'compile'
  warningsOf(spec.value, plan.value, parsed.value.locate)
  renderPlanTable(plan.value)
  renderPlanMermaid(plan.value)
  return 'plan'
}

const pick = <T>(items: readonly T[], random: Stream): T => items[random.integer(items.length)] as T

/** One value of a spec replaced by another of any kind. */
function replaced(value: unknown, random: Stream): unknown {
  const odd = [null, true, 0, -1, 0.5, 1e9, '', 'verify', 'classes', [], {}, [1, 1], { dense: { units: 2 } }]
  if (typeof value !== 'object' || value === null || random.uniform() < 0.1) return pick(odd, random)
  const keys = Object.keys(value)
  if (keys.length === 0) return pick(odd, random)
  const key = pick(keys, random)
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) }
  if (random.uniform() < 0.1) delete copy[key]
  else copy[key] = replaced(copy[key], random)
  return Array.isArray(value) ? Object.values(copy) : copy
}

test('texts with characters changed never throw', () => {
  const random = stream(1, 'fuzz-text')
  const seen = new Set<string>()
  for (let i = 0; i < 2000; i++) {
    const text = pick(texts, random)
    const at = random.integer(text.length)
    const put = pick(
      [
        '',
        ':',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '\n',
        '\t',
        '"',
        "'",
        '#',
        '&a ',
        '*a',
        '!x ',
        '0',
        '-',
        ',',
        '<<: ',
        '\0',
        'é',
        '|',
        '> ',
      ],
      random,
    )
    seen.add(phases(text.slice(0, at) + put + text.slice(at + random.integer(4)), factsOf(text, 'fuzz.yml')))
  }
  expect([...seen].sort()).toEqual(expect.arrayContaining(['compile', 'parse', 'plan']))
})

test('specs with values changed never throw, and every phase refuses some', () => {
  const random = stream(2, 'fuzz-values')
  const seen = new Set<string>()
  for (let i = 0; i < 1000; i++) {
    const text = pick(texts, random)
    const parsed = parseSpec(text, 'fuzz.yml')
    if (!parsed.ok) throw new Error('the corpus is wrong')
    seen.add(
      phases(
        JSON.stringify(replaced(parsed.value.spec, random)),
        random.uniform() < 0.5 ? factsOf(text, 'fuzz.yml') : dataFacts(irisFacts),
      ),
    )
  }
  expect([...seen].sort()).toEqual(['compile', 'normalize', 'parse', 'plan'])
})
