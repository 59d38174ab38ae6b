import { InputError, printable, type Diagnostic, type SourcePosition } from '../base/diagnostics.ts'
import { canonicalJson, fingerprint } from '../base/hash.ts'
import { isTrainerSpec, type ModelSpec, type NormalizedSpec, type TrainerSpec } from '../compile/normalized.ts'
import { withSegments } from '../compile/normalize/gates.ts'
import { declaredEffects } from '../gates/least-effect.ts'
import { confirmation, confirmationIn, isConfirmation } from '../stages/index.ts'
import type { VerifySettings } from '../stages/verify.ts'
import { ruleText } from '../report/phrases.ts'
import type { AlteredRule } from '../report/model.ts'
import type { Locate, SpecPath } from '../dsl/parse.ts'
import type { dataKinds, Kind, specKinds } from './spec-kinds.ts'

type RulesIn<K extends Readonly<Record<string, Kind>>> = {
  readonly [N in keyof K]: K[N] extends 'rule' ? N : never
}[keyof K]

/** What judges a change: the part of its base commit's spec that the change does not choose. */
export type Rules = ModelRules | ScriptRules

export type ModelRules = Pick<ModelSpec, RulesIn<typeof specKinds>> & {
  readonly data: Pick<ModelSpec['data'], RulesIn<typeof dataKinds>>
} & Confirmed

/** Those of a training script, whose data we do not read. */
export type ScriptRules = Pick<TrainerSpec, Extract<RulesIn<typeof specKinds>, keyof TrainerSpec>> & Confirmed

interface Confirmed {
  /** Null if the base verifies nothing. Then it has no gates. */
  readonly verify: VerifySettings | null
}

const isOfModel = (rules: Rules): rules is ModelRules => 'data' in rules

/** A rule that the change alters, with its name in the report and its place in the change's spec. */
export interface Alteration extends AlteredRule {
  readonly path: SpecPath
}

/** Pure: the rules that a valid spec sets for others. */
export function rulesOf(spec: ModelSpec): ModelRules
export function rulesOf(spec: NormalizedSpec): Rules
export function rulesOf(spec: NormalizedSpec): Rules {
  const { task, seed, objective, gates, leastEffect, budget } = spec
  const effects = leastEffect ? { leastEffect } : {}
  const shared = { task, seed, objective, gates, ...effects, budget, verify: confirmationIn(spec.stages) ?? null }
  if (isTrainerSpec(spec)) return shared
  const { target, targets, labels, split } = spec.data
  return {
    ...shared,
    evaluateEvery: spec.evaluateEvery,
    checks: spec.checks,
    data: { target, ...(targets && { targets }), ...(labels && { labels }), task, split },
  }
}

/** What the change proposes, measured by the rules of its base. Throws if its task differs: nothing is comparable then. */
export function applyRules(spec: ModelSpec, rules: Rules, locate: Locate): ModelSpec
export function applyRules(spec: NormalizedSpec, rules: Rules, locate: Locate): NormalizedSpec
export function applyRules(spec: NormalizedSpec, rules: Rules, locate: Locate): NormalizedSpec {
  if (spec.task !== rules.task) throw otherTask(spec, rules, locate)
  const { task, seed, objective, gates, leastEffect, budget, verify } = rules
  const stages = verify === null ? spec.stages : [...spec.stages.filter((s) => !isConfirmation(s)), verify]
  const shared = { task, seed, objective, gates, ...(leastEffect ? { leastEffect } : {}), budget, stages }
  if (isTrainerSpec(spec) && isOfModel(rules)) throw otherKind('a training script', 'a model', locate(['trainer']))
  if (isTrainerSpec(spec)) return { ...withoutEffects(spec), ...shared }
  if (!isOfModel(rules)) throw otherKind('a model', 'a training script', locate(['model']))
  const { targets: _, labels: _l, ...own } = spec.data
  const data = withSegments({ ...own, ...rules.data }, gates)
  const checks = stricter(spec.checks, rules.checks)
  return { ...withoutEffects(spec), ...shared, evaluateEvery: rules.evaluateEvery, checks, data }
}

/** A change that declares least effects is judged by its base, also if that declares none. */
const withoutEffects = <S extends NormalizedSpec>({ leastEffect: _, ...own }: S) => own

/** Pure: each rule that the change alters. A check that the change makes stricter applies, so it is not one of them. */
export function alterations(spec: NormalizedSpec, rules: Rules): Alteration[] {
  const own = rulesOf(spec)
  const both = isOfModel(own) && isOfModel(rules) ? ([rules, own] as const) : null
  return [
    setting(['task'], rules.task, own.task),
    setting(['seed'], rules.seed, own.seed),
    setting(['objective'], rules.objective, own.objective),
    ...(both ? alteredMeasurement(...both) : []),
    ...verification(rules.verify, own.verify),
    gates(rules.gates, own.gates),
    setting(['leastEffect'], declaredEffects(rules.leastEffect), declaredEffects(own.leastEffect)),
    setting(['budget', 'trials'], rules.budget.trials, own.budget.trials),
    setting(['budget', 'minutes'], rules.budget.minutes, own.budget.minutes),
  ].filter((found) => found !== null)
}

/** How a model of ours is measured, which a training script decides itself. */
function alteredMeasurement(rules: ModelRules, own: ModelRules): (Alteration | null)[] {
  const held = stricter(own.checks, rules.checks)
  const checks = (Object.keys(held) as (keyof ModelSpec['checks'])[]).map((name) =>
    setting(['data', 'checks', name], held[name], own.checks[name]),
  )
  const asWritten = ({ split: { fixed, ...rest } }: ModelRules['data']) =>
    new Map(Object.entries({ ...rest, rows: fixed ? 'fixed' : 'vary' }))
  const [base, change] = [asWritten(rules.data), asWritten(own.data)]
  const split = [...new Set([...base.keys(), ...change.keys()])]
    .filter((key) => key !== 'seed' || !followsRoot(own, rules))
    .map((key) => setting(['data', 'split', key], base.get(key) ?? null, change.get(key) ?? null))
  return [
    setting(['evaluateEvery'], rules.evaluateEvery, own.evaluateEvery),
    setting(['data', 'target'], targetOf(rules.data), targetOf(own.data)),
    ...split,
    ...checks,
  ]
}

/** The target as a spec writes it. */
const targetOf = ({ target, targets, labels }: ModelRules['data']) =>
  labels
    ? `{ labels: ${target}, separator: ${JSON.stringify(labels.separator)}, minRows: ${labels.minRows} }`
    : (targets ?? target)

/** One warning for each, at its line in the change's spec. */
export function alteredWarnings(altered: readonly Alteration[], locate: Locate): Diagnostic[] {
  return altered.map(({ path, setting: name, base, change }) => ({
    code: 'rules/changed',
    severity: 'warning',
    at: locate(path),
    message: `this change alters ${name} from ${base} to ${change}; it was judged with ${base} of the base commit`,
    hint: 'the new value applies once the change is merged',
  }))
}

/** Explains an error that the base's rules may have caused, and lists the rules that are not the change's own. */
export function underRules(error: InputError, altered: readonly Alteration[], locate: Locate): InputError {
  if (altered.length === 0) return error
  const head: Diagnostic = {
    code: 'rules/no-verdict',
    severity: 'error',
    message:
      'inconclusive: this change gets no verdict under the rules of the base commit, which apply where it alters them',
    found: altered.map((a) => `${a.setting}: ${a.base} in place of ${a.change}`).join('; '),
    hint: 'fix the errors below; if a rule itself must change, merge that change on its own first',
  }
  return new InputError([head, ...error.diagnostics, ...alteredWarnings(altered, locate)])
}

function stricter(own: ModelSpec['checks'], base: ModelSpec['checks']): ModelSpec['checks'] {
  const louder = { off: 0, note: 1, warn: 2, error: 3 } as const
  const held = (name: keyof ModelSpec['checks']) => (louder[base[name]] > louder[own[name]] ? base[name] : own[name])
  const names = Object.keys(own) as (keyof ModelSpec['checks'])[]
  return Object.fromEntries(names.map((name) => [name, held(name)])) as ModelSpec['checks']
}

/** Whether neither spec gives the split its own seed. Then the root seed decides it. */
const followsRoot = (own: ModelRules, base: ModelRules): boolean =>
  [own, base].every(({ seed, data }) => data.split.seed === seed)

function setting(path: SpecPath, base: unknown, change: unknown): Alteration | null {
  if (fingerprint(base) === fingerprint(change)) return null
  return { path, setting: path.join('.'), base: shown(base), change: shown(change) }
}

/** A stage that the base lacks decides nothing: no gate depends on it. */
function verification(base: VerifySettings | null, change: VerifySettings | null): (Alteration | null)[] {
  if (base === null) return []
  const path = ['stages', confirmation.name]
  // The last look covers all seeds.
  const early = ({ looks }: VerifySettings): readonly number[] => looks.slice(0, -1)
  const whole = `${base.seeds} seeds, looks at ${shown(base.looks)}`
  if (change === null) return [{ path, setting: path.join('.'), base: whole, change: 'none' }]
  return [setting([...path, 'seeds'], base.seeds, change.seeds), setting([...path, 'looks'], early(base), early(change))]
}

/** The gates that only one side has; all of them if only their order differs. */
function gates(base: Rules['gates'], change: Rules['gates']): Alteration | null {
  if (fingerprint(base) === fingerprint(change)) return null
  const without = (some: Rules['gates'], others: Rules['gates']): Rules['gates'] => {
    const known = new Set(others.map(fingerprint))
    return some.filter((rule) => !known.has(fingerprint(rule)))
  }
  const [gone, added] = [without(base, change), without(change, base)]
  const [one, other] = gone.length + added.length === 0 ? [base, change] : [gone, added]
  const words = (gate: (rule: Rules['gates'][number]) => string): readonly [string, string] => {
    const list = (all: Rules['gates']): string => printable(all.map(gate).join('; ') || 'none', 400)
    return [list(one), list(other)]
  }
  const rounded = words((rule) => `${ruleText(rule)}${rule.onInconclusive === 'pass' ? ', passes if inconclusive' : ''}`)
  const [from, to] = rounded[0] === rounded[1] ? words(canonicalJson) : rounded
  return { path: ['gates'], setting: 'gates', base: from, change: to }
}

const shown = (value: unknown): string =>
  printable(Array.isArray(value) ? value.join(', ') : String(value ?? 'none'), 100) || 'none'

function otherTask(spec: NormalizedSpec, rules: Rules, locate: Locate): InputError {
  return new InputError([
    {
      code: 'rules/other-task',
      severity: 'error',
      at: locate(['task']),
      message: 'inconclusive: this change alters the task, so the rules of the base commit cannot judge it',
      found: spec.task,
      allowed: rules.task,
      hint: 'write a separate spec for the new task',
    },
  ])
}

function otherKind(change: string, base: string, at: SourcePosition): InputError {
  return new InputError([
    {
      code: 'rules/other-kind',
      severity: 'error',
      at,
      message: 'inconclusive: this change replaces what is trained, so the rules of the base commit cannot judge it',
      found: change,
      allowed: base,
      hint: 'write a separate spec for it',
    },
  ])
}
