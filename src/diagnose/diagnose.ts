import type { StageName } from '../records/plan.ts'
import { stageTuning } from '../stages/index.ts'
import { usefulMoves } from './advice.ts'
import type { Curve, CurveGroup } from './curve.ts'
import type { Finding, Move } from './finding.ts'
import { read, type Reading } from './reading.ts'
import type { LeastPoints, RuleDefinition, Symptom } from './rules/definition.ts'
import { contradictions, rules } from './rules/index.ts'

/**
 * What the curves of some trials show, group by group; empty if no rule finds anything. Causes come before symptoms, and
 * what at most half of the runs show comes last. Pure: equal curves give equal findings.
 */
export function diagnose(groups: readonly CurveGroup[]): Finding[] {
  return groups.flatMap(diagnoseGroup)
}

function diagnoseGroup(group: CurveGroup): Finding[] {
  const { curves, context } = group
  const runs = curves.map((curve) => read(curve, context))
  const found = rules.flatMap((rule) => findingOf(group, rule, runs) ?? [])
  const kept = found.filter((finding) => !found.some((other) => contradicts(other, finding)))
  return [...kept.filter((finding) => !isRare(finding)), ...kept.filter(isRare)]
}

/** Whether at most half of several runs show it. */
const isRare = ({ seeds: { seen, of } }: Finding): boolean => of > 1 && 2 * seen <= of

/** Whether both cannot hold, and more runs show the other; if as many do, the first of the pair holds. */
function contradicts(other: Finding, finding: Finding): boolean {
  const lead = other.seeds.seen - finding.seeds.seen
  return contradictions.some(
    ([first, second]) =>
      (first.name === other.rule && second.name === finding.rule && lead >= 0) ||
      (second.name === other.rule && first.name === finding.rule && lead > 0),
  )
}

function findingOf({ subject, context }: CurveGroup, rule: RuleDefinition, runs: readonly Reading[]): Finding | undefined {
  const ofSeeds = 'lookAtAll' in rule
  const seen = (ofSeeds ? [rule.lookAtAll(runs)] : runs.map((run) => rule.look(run))).filter(isSeen)
  const first = seen[0]
  const alone = !ofSeeds && rule.quorum === 'any' && seen.some(({ mild }) => mild !== true)
  const enough = ofSeeds || alone || seen.length > runs.length / 2
  if (!first || !enough) return undefined
  const moves = usefulMoves(first.moves, runs[0]?.curve.levers ?? null, context)
  return {
    rule: rule.name,
    subject,
    title: rule.title,
    seeds: { seen: ofSeeds ? runs.length : seen.length, of: runs.length },
    sights: seen.map((s) => s.sight),
    cause: first.cause,
    moves,
    stage: stageOf(moves),
  }
}

/** How many of all rules have too few points to judge any run of a group. */
export interface TooShort {
  readonly rules: number
  readonly of: number
}

/** The rules that need more evaluations, or more steps, than any run of the group has. */
export function tooShortFor({ curves }: CurveGroup): TooShort {
  const short = rules.filter(({ least }) => least !== undefined && curves.every((curve) => isShort(curve, least)))
  return { rules: short.length, of: rules.length }
}

/** Only points that a log has count: a log without steps is not too short for a rule on steps. */
function isShort(curve: Curve, { evaluations, steps }: LeastPoints): boolean {
  const few = (count: number, least: number | undefined): boolean => least !== undefined && count > 0 && count < least
  const enough = (count: number, least: number | undefined): boolean => least !== undefined && count >= least
  const [evaluated, logged] = [curve.evaluations.length, curve.steps.length]
  if (enough(evaluated, evaluations) || enough(logged, steps)) return false
  return few(evaluated, evaluations) || few(logged, steps)
}

const isSeen = (symptom: Symptom | undefined): symptom is Symptom => symptom !== undefined

/** The stage that moves the first lever. */
function stageOf(moves: readonly Move[]): StageName | null {
  const lever = moves[0]?.lever ?? null
  return lever === null ? null : stageTuning(lever).name
}
