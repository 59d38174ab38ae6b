import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { fingerprint } from '../../src/base/hash.ts'
import { normalize } from '../../src/compile/normalize.ts'
import type { ModelSpec } from '../../src/compile/normalized.ts'
import { modelSpec } from '../support/models.ts'
import { parseSpec, type ParsedSpec } from '../../src/dsl/parse.ts'
import { alterations, alteredWarnings, applyRules, rulesOf, underRules } from '../../src/study/rules.ts'
import { dataKinds, specKinds } from '../../src/study/spec-kinds.ts'
import type { VerifySettings } from '../../src/stages/verify.ts'

const text = `version: 1
name: net
task: classification
data:
  source: rows.csv
  target: y
  split: { test: 0.25 }
  checks: { leakage: error }
model: { layers: [{ dense: { units: classes } }] }
stages: [lr-range, verify: { seeds: 5, looks: [3] }]
gates:
  - threshold: { metric: accuracy, min: 0.9, split: test }
  - threshold: { metric: f1, min: 0.8 }
budget: { trials: 40 }
`

function read(spec: string): { readonly parsed: ParsedSpec; readonly spec: ModelSpec } {
  const parsed = parseSpec(spec, 'tuning.yml')
  if (!parsed.ok) throw new InputError(parsed.error)
  const normalized = normalize(parsed.value)
  if (!normalized.ok) throw new InputError(normalized.error)
  return { parsed: parsed.value, spec: modelSpec(normalized.value) }
}

const base = read(text).spec
const rules = rulesOf(base)

/** The change's spec as it is judged, and what is said of it. */
function judged(edited: string): { readonly spec: ModelSpec; readonly said: string[] } {
  expect(edited).not.toBe(text)
  const { parsed, spec } = read(edited)
  const warnings = alteredWarnings(alterations(spec, rules), parsed.locate)
  expect(warnings.every((w) => w.code === 'rules/changed' && w.severity === 'warning')).toBe(true)
  const said = warnings.map(
    ({ at, message }) => `${at?.line}: ${message.replace(/^this change alters /, '').replace(/; it was .*$/, '')}`,
  )
  return { spec: applyRules(spec, rules, parsed.locate), said }
}

const without = (part: string): string =>
  text
    .split('\n')
    .filter((line) => !line.includes(part))
    .join('\n')
const top = (line: string): string => `${text}${line}\n`
const split = (more: string): string => text.replace('{ test: 0.25 }', `{ ${more} }`)
const verify = (settings: string): string => text.replace('{ seeds: 5, looks: [3] }', settings)

describe('attack 14: a rule that a change alters', () => {
  it.each<[string, string, string[]]>([
    ['the root seed', top('seed: 3'), ['15: seed from 17 to 3']],
    ['the objective', top('objective: accuracy'), ['15: objective from nll to accuracy']],
    ['how many checkpoints are looked at', top('evaluateEvery: 4'), ['15: evaluateEvery from 1 to 4']],
    ['the target', text.replace('target: y', 'target: -1'), ['6: data.target from y to -1']],
    ['the share of validation rows', split('test: 0.25, validation: 0.4'), ['7: data.split.validation from 0.2 to 0.4']],
    ['the share of test rows', split('test: 0.5'), ['7: data.split.test from 0.25 to 0.5']],
    ['that the split is stratified', split('test: 0.25, stratify: false'), ['7: data.split.stratify from true to false']],
    ['the groups of the split', split('test: 0.25, groupBy: patient'), ['7: data.split.groupBy from none to patient']],
    ['that rows vary', split('test: 0.25, rows: fixed'), ['7: data.split.rows from vary to fixed']],
    ['the seed of the split', split('test: 0.25, seed: 4'), ['7: data.split.seed from 17 to 4']],
    ['both seeds', `${split('test: 0.25, seed: 4')}seed: 3\n`, ['15: seed from 17 to 3', '7: data.split.seed from 17 to 4']],
    [
      'how loud a check is',
      text.replace('leakage: error', 'leakage: off, drift: off'),
      ['8: data.checks.leakage from error to off', '8: data.checks.drift from warn to off'],
    ],
    ['the seeds of the verification', verify('{ seeds: 4, looks: [3] }'), ['10: stages.verify.seeds from 5 to 4']],
    ['its looks', verify('{ seeds: 5, looks: [2, 4] }'), ['10: stages.verify.looks from 3 to 2, 4']],
    ['that it looks early', verify('{ seeds: 5 }'), ['10: stages.verify.looks from 3 to none']],
    [
      'that there is a verification, with its gates',
      without('threshold').replace(', verify: { seeds: 5, looks: [3] }', '').replace('gates:', 'gates: []'),
      [
        '10: stages.verify from 5 seeds, looks at 3, 5 to none',
        '11: gates from threshold: test accuracy at least 0.9; threshold: validation f1 at least 0.8 to none',
      ],
    ],
    [
      'a limit of a gate',
      text.replace('min: 0.9,', 'min: 0.1,'),
      ['12: gates from threshold: test accuracy at least 0.9 to threshold: test accuracy at least 0.1'],
    ],
    [
      'a limit in digits that nobody reads',
      text.replace('min: 0.8 ', 'min: 0.79999999 '),
      [expect.stringMatching(/^12: gates from \{.*"min":0\.8,.*\} to \{.*"min":0\.79999999,/) as string],
    ],
    [
      'what an open gate does',
      text.replace('min: 0.8 ', 'min: 0.8, onInconclusive: pass '),
      [
        '12: gates from threshold: validation f1 at least 0.8 to threshold: validation f1 at least 0.8, passes if inconclusive',
      ],
    ],
    [
      'that there are gates',
      without('threshold').replace('gates:', 'gates: []'),
      ['11: gates from threshold: test accuracy at least 0.9; threshold: validation f1 at least 0.8 to none'],
    ],
    ['the most trials', text.replace('trials: 40', 'trials: 400'), ['14: budget.trials from 40 to 400']],
    [
      'the minutes, so that no gate is decided',
      text.replace('trials: 40', 'trials: 40, minutes: 0.01'),
      ['14: budget.minutes from none to 0.01'],
    ],
    ['what counts as better', top('leastEffect: { accuracy: 0.005 }'), ['15: leastEffect from none to accuracy 0.005']],
  ])('is %s: it is named at its line, and the base holds', (_, edited, said) => {
    const found = judged(edited)
    expect(found.said).toEqual(said)
    expect(rulesOf(found.spec)).toEqual(rules)
  })

  it('is the least effect that the base declares: the change is judged by it', () => {
    const { parsed, spec } = read(top('leastEffect: { accuracy: 0.001 }'))
    const declaring = rulesOf(read(top('leastEffect: { accuracy: 0.005 }')).spec)
    expect(applyRules(spec, declaring, parsed.locate).leastEffect).toEqual({ accuracy: 0.005 })
    expect(alterations(spec, declaring)).toMatchObject([{ base: 'accuracy 0.005', change: 'accuracy 0.001' }])
  })

  it('is the task: it is refused, since no rule of the base fits', () => {
    const { parsed, spec } = read(
      without('threshold').replace('gates:', 'gates: []').replace('task: classification', 'task: regression'),
    )
    expect(() => applyRules(spec, rules, parsed.locate)).toThrow(
      /tuning\.yml:3:7: error\[rules\/other-task\] inconclusive: this change alters the task/,
    )
    expect(alterations(spec, rules)).toContainEqual({
      path: ['task'],
      setting: 'task',
      base: 'classification',
      change: 'regression',
    })
  })

  it('is not a check that becomes stricter: the stricter of the two holds', () => {
    const { spec, said } = judged(text.replace('leakage: error', 'leakage: error, drift: error'))
    expect(said).toEqual([])
    expect([spec.checks.drift, spec.checks.leakage]).toEqual(['error', 'error'])
  })

  it('is said beside an error that it may have brought about, and that error stays', () => {
    const { parsed, spec } = read(split('test: 0.25, groupBy: patient'))
    const error = new InputError([{ code: 'data/no-column', severity: 'error', message: 'no such column' }])
    const { diagnostics } = underRules(error, alterations(spec, rules), parsed.locate)
    expect(diagnostics.map((d) => [d.code, d.severity])).toEqual([
      ['rules/no-verdict', 'error'],
      ['data/no-column', 'error'],
      ['rules/changed', 'warning'],
    ])
    expect(diagnostics[0]?.found).toBe('data.split.groupBy: none in place of patient')
    expect(underRules(error, [], parsed.locate)).toBe(error)
  })
})

describe('what a change proposes', () => {
  it.each<[string, string]>([
    ['name', text.replace('name: net', 'name: other')],
    ['preset', top('preset: vision-cnn')],
    ['augmentation', top('augmentation: { noise: 0.3 }')],
    ['model', text.replace('layers: [', 'layers: [{ dense: { units: 9 } }, ')],
    ['levers', top('levers: { scheduling: { epochs: 3 } }')],
    ['stages', text.replace('[lr-range, ', '[lr-range: { seeds: 5 }, batch, ')],
    ['data file', text.replace('rows.csv', 'others.csv')],
    ['header', text.replace('source: rows.csv', 'source: rows.csv\n  header: false')],
    ['inputs', text.replace('source: rows.csv', 'source: rows.csv\n  inputs: { numeric: [a] }')],
    ['scaling', text.replace('source: rows.csv', 'source: rows.csv\n  standardize: false')],
  ])('is its own: %s', (_, edited) => {
    const { spec, said } = judged(edited)
    expect(said).toEqual([])
    expect(fingerprint(spec)).toBe(fingerprint(read(edited).spec))
    expect(fingerprint(spec)).not.toBe(fingerprint(base))
  })

  it('is the spec to the letter where it alters nothing', () => {
    const { parsed, spec } = read(text)
    expect(alterations(spec, rules)).toEqual([])
    expect(applyRules(spec, rules, parsed.locate)).toEqual(spec)
    expect(fingerprint(applyRules(spec, rules, parsed.locate))).toBe(fingerprint(spec))
  })

  it('may verify where the base has nothing that needs it', () => {
    const bare = rulesOf(
      read(without('threshold').replace(', verify: { seeds: 5, looks: [3] }', '').replace('gates:', 'gates: []')).spec,
    )
    const { parsed, spec } = read(text)
    expect(alterations(spec, bare).map((a) => a.setting)).toEqual(['gates'])
    expect(applyRules(spec, bare, parsed.locate)).toMatchObject({
      gates: [],
      stages: [{ stage: 'lr-range' }, { stage: 'verify', seeds: 5 }],
    })
  })
})

describe('every key of a spec', () => {
  it('is a rule or a proposal, that of the data block too', () => {
    expect(Object.keys(specKinds).sort()).toEqual([...Object.keys(base), 'leastEffect', 'trainer', 'given'].sort())
    const more = '  missing: {}\n  classWeights: balanced\n  categories: {}\n  scaling: { a: robust }\n'
    const { data } = read(
      text.replace('source: rows.csv', 'train: a.csv\n  test: b.csv').replace('  split: { test: 0.25 }\n', more),
    ).spec
    // Segments follow from the gates, and a classification has neither several targets nor labels.
    expect(Object.keys(dataKinds).sort()).toEqual([...Object.keys(data), 'segments', 'targets', 'labels'].sort())
  })

  it('a gate on segments of the base commit also judges a change that does not have it', () => {
    const gated = text.replace(
      /^gates:/m,
      'gates:\n  - threshold: { metric: accuracy, split: test, min: 0.7, segments: [site] }',
    )
    const judges = rulesOf(read(gated).spec)
    const { parsed, spec } = read(text)
    expect(applyRules(spec, judges, parsed.locate).data.segments).toEqual(['site'])
    expect(applyRules(read(gated).spec, rulesOf(spec), parsed.locate).data.segments).toBeUndefined()
  })

  it('labels that a change leaves out are those of the base, and the report says so', () => {
    const of = (minRows: number): string =>
      `version: 1\nname: a\ntask: multi-label\ndata: { source: a.csv, target: { labels: tags, separator: ";", minRows: ${minRows} } }\n` +
      'model: { layers: [{ dense: { units: classes } }] }\n'
    const { parsed, spec } = read(of(50))
    const judges = rulesOf(read(of(1)).spec)
    expect(applyRules(spec, judges, parsed.locate).data.labels).toEqual({ separator: ';', minRows: 1 })
    expect(alterations(spec, judges)).toEqual([
      {
        path: ['data', 'target'],
        setting: 'data.target',
        base: '{ labels: tags, separator: ";", minRows: 1 }',
        change: '{ labels: tags, separator: ";", minRows: 50 }',
      },
    ])
  })

  it('attack 14: that is a rule is among the rules, and none besides', () => {
    const named = (kinds: Readonly<Record<string, string>>, kind: string): string[] =>
      Object.keys(kinds)
        .filter((key) => kinds[key] === kind)
        .sort()
    expect([...Object.keys(rules), 'leastEffect'].sort()).toEqual([...named(specKinds, 'rule'), 'data', 'verify'].sort())
    expect([...Object.keys(rules.data), 'targets', 'labels'].sort()).toEqual(named(dataKinds, 'rule'))
    expect(named(specKinds, 'parts')).toEqual(['data', 'stages'])
  })

  it('attack 14: that is a rule is named when it is altered: every leaf of the rules', () => {
    const other = (value: unknown): unknown =>
      typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : value === null ? 7 : `${String(value)}x`
    const split = Object.fromEntries(
      Object.entries(base.data.split).map(([key, value]) => [key, other(value)]),
    ) as ModelSpec['data']['split']
    const off = Object.fromEntries(Object.keys(base.checks).map((name) => [name, 'off'])) as ModelSpec['checks']
    const verify: VerifySettings = { stage: 'verify', seeds: 9, looks: [4, 9] }
    const altered: ModelSpec = {
      ...base,
      task: 'regression',
      seed: 3,
      objective: 'f1',
      evaluateEvery: 9,
      checks: off,
      gates: [],
      budget: { trials: 1, minutes: 1 },
      data: { ...base.data, task: 'regression', target: 'z', split },
      stages: [verify],
    }
    const leaves = [
      'task',
      'seed',
      'objective',
      'evaluateEvery',
      'gates',
      'budget.trials',
      'budget.minutes',
      'data.target',
      'stages.verify.seeds',
      'stages.verify.looks',
      ...Object.keys(base.data.split).map((key) => `data.split.${key}`),
      ...Object.keys(base.checks).map((key) => `data.checks.${key}`),
    ]
    expect(
      alterations(altered, rules)
        .map((a) => a.setting)
        .sort(),
    ).toEqual(leaves.sort())
    expect(Object.keys(base.budget).sort()).toEqual(['minutes', 'trials'])
    expect(Object.keys(rules.verify ?? {}).sort()).toEqual(['looks', 'seeds', 'stage'])
  })
})
