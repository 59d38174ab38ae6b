// Rules on segments: each segment of the test rows is judged by itself, and the worst one decides.
import type { GateRule, MetricRule } from '../records/gates.ts'
import { partName, partOf, type Subset, type SubsetMetrics } from '../records/subsets.ts'
import type { VerdictStatus } from '../records/verdict.ts'
import type { GateDefinition } from './definition.ts'
import type { GateEvidence, InterimAnalysis } from './evidence.ts'
import { isTooSmall } from './few-rows.ts'
import { nothingMeasured, type Finding, type Judged } from './finding.ts'
import { subsetsOf } from './segment-evidence.ts'
import {
  correctionNotes,
  lostWords,
  segmentVerdict,
  sentenceOf,
  smallRemedy,
  smallVerdict,
  smallWords,
  type AllSegments,
  type JudgedSegment,
} from './segment-words.ts'
import { evidenceOn, subsetOf, tooFewRows } from './subsets.ts'

/** A rule on one class or target or on segments, with what it judges. Everything else is judged by the gate itself. */
export function judgeRule(gate: GateDefinition, rule: GateRule, evidence: GateEvidence, analysis: InterimAnalysis): Judged {
  const { segments, ...part } = gate.measures(rule) ?? {}
  const question: Question = { gate, rule: rule as MetricRule, evidence, analysis }
  if (segments) return judgeSegments(question)
  return partName(part) === undefined ? gate.judge(rule, evidence, analysis) : judgePart(question, partOf(part))
}

/** A rule on a class, a target or segments, and what it is judged by. */
interface Question {
  readonly gate: GateDefinition
  readonly rule: MetricRule
  readonly evidence: GateEvidence
  readonly analysis: InterimAnalysis
}

function judgePart(question: Question, named: Subset): Judged {
  const { gate, rule, evidence } = question
  const judged = judgeOn(question, named)
  const found = subsetsOf(rule, evidence, gate.needsBaseline(rule))
  if (typeof found === 'string') return { ...judged, finding: notComparable(judged, found) }
  const small = found.found.filter((one) => isTooSmall(rule, one))
  if (small.length === 0 || judged.finding.estimate === null) return judged
  return { ...judged, finding: nothingMeasured(smallWords(small, rule).join(' '), smallRemedy) }
}

function judgeOn({ gate, rule, evidence, analysis }: Question, subset: Subset): Judged {
  const judged = gate.judge(rule, evidenceOn(evidence, subset), analysis)
  const few = tooFewRows(rule, evidence, subset)
  return few && judged.finding.estimate ? { ...judged, finding: few } : judged
}

/**
 * Every segment has to pass, each at the error probability of a single gate: a segment that is truly too bad passes no more
 * often than that, whatever the others do, so a pass needs no correction (an intersection–union test; Berger, 1982). A fail
 * names the worst of several, so its bound is at the error probability divided by their number (Bonferroni). Together the
 * bounds are an interval for the value of the truly worst segment. Segments with too few rows are named, and without them
 * the rule does not pass.
 */
function judgeSegments(question: Question): Judged {
  const { gate, rule, evidence, analysis } = question
  const whole = gate.judge(rule, evidence, analysis)
  const subsets = subsetsOf(rule, evidence, gate.needsBaseline(rule))
  if (typeof subsets === 'string') return { ...whole, finding: notComparable(whole, subsets) }
  const { found, lost } = subsets
  const small = found.filter((one) => isTooSmall(rule, one))
  const large = found.filter((one) => !small.includes(one))
  const judged = large.map((of) => judgeSegment(question, of, large.length))
  const finding = combined(question, { judged, small, lost })
  const [worst] = byBadness(question, judged)
  return { ...whole, ...(worst && { sides: worst.said.sides }), finding }
}

/** Nothing to judge, unless the seeds say enough by themselves: they diverged or crashed. */
function notComparable({ finding }: Judged, why: string): Finding {
  if (finding.status !== 'pass' && finding.estimate === null) return finding
  return nothingMeasured(`Nothing can be judged: ${why}.`, 'Run again with this spec.')
}

function judgeSegment(question: Question, of: SubsetMetrics, count: number): JudgedSegment {
  const { gate, rule, evidence, analysis } = question
  const alone = judgeOn(question, of)
  const { alpha, spreadAlpha } = analysis
  const ofMany = { ...analysis, alpha: alpha / count, spreadAlpha: spreadAlpha / count }
  const among = count === 1 ? alone : judgeOn({ ...question, analysis: ofMany }, of)
  const passes = alone.finding.status === 'pass'
  const [own, corrected] = [alone.finding.estimate, among.finding.estimate]
  const bounds =
    own &&
    corrected &&
    (lowIsBad(question)
      ? { value: own.value, lower: own.lower, upper: corrected.upper }
      : { value: own.value, lower: corrected.lower, upper: own.upper })
  const unmatched = gate.needsBaseline(rule) && lacks(evidence, of)
  return {
    of,
    unmeasured: among.finding.unmeasured === true || unmatched,
    status: passes ? 'pass' : among.finding.status,
    said: passes ? alone : among,
    bounds,
    level: own?.level ?? NaN,
  }
}

/** Whether there is a baseline that knows nothing of a segment. */
const lacks = ({ baseline }: GateEvidence, of: SubsetMetrics): boolean =>
  baseline?.runs.every((seed) => subsetOf(seed, of) === undefined) ?? false

/** Whether a low estimate is bad: it may be below a least value. A drop, a loss or an SD is bad where it is high. */
const lowIsBad = ({ gate, rule }: Question): boolean => gate.limitKey(rule) === 'min'

/** The worst first; those without an estimate last. */
function byBadness(question: Question, judged: readonly JudgedSegment[]): JudgedSegment[] {
  const sign = lowIsBad(question) ? 1 : -1
  return judged
    .filter(({ bounds }) => bounds)
    .toSorted((a, b) => sign * ((a.bounds?.value ?? NaN) - (b.bounds?.value ?? NaN)))
}

function combined(question: Question, { judged, small, lost }: AllSegments): Finding {
  const { rule } = question
  const gone = lost.map((one) => ({ ...one, rows: { validation: 0, test: 0 } }))
  const segments = [...judged.map(segmentVerdict), ...[...small, ...gone].map(smallVerdict)]
  const failing = judged.filter(({ status }) => status === 'fail')
  const open = judged.filter(({ status }) => status === 'inconclusive')
  const leftOut = small.length > 0 || lost.length > 0
  const status = failing.length > 0 ? 'fail' : open.length > 0 || leftOut ? 'inconclusive' : 'pass'
  const ranked = byBadness(question, judged)
  // What decides: the worst of those that fail, otherwise of those that are open, otherwise of all.
  const deciding = [...byBadness(question, failing), ...failing, ...byBadness(question, open), ...open, ...ranked][0]
  if (!deciding) {
    const words = [...smallWords(small, rule), ...lostWords(lost)].join(' ')
    return { ...nothingMeasured(`No segment can be judged. ${words}`, smallRemedy), segments }
  }
  const { unmeasured: _, ...finding } = deciding.said.finding
  const unmeasured = status === 'inconclusive' && (leftOut || open.some((one) => one.unmeasured))
  const seeds = open.flatMap(({ said }) =>
    said.finding.settled || said.finding.seedsToSettle === undefined ? [] : [said.finding.seedsToSettle],
  )
  return {
    ...finding,
    ...(unmeasured ? { unmeasured } : {}),
    status,
    sentence: sentenceOf(rule, { judged, failing, open, small, lost, deciding, worst: ranked[0] ?? deciding }),
    estimate: estimateOf(question, judged, finding),
    remedy: status === 'inconclusive' ? (open.length > 0 ? finding.remedy : smallRemedy) : null,
    ...seedsToSettle(status, seeds),
    notes: [...finding.notes, ...correctionNotes(judged.length)],
    segments,
  }
}

/** More seeds help as long as one of the open segments needs no more than that. */
function seedsToSettle(status: VerdictStatus, seeds: readonly (number | null)[]): Partial<Finding> {
  if (status !== 'inconclusive' || seeds.length === 0) return { settled: true }
  const known = seeds.filter((n) => n !== null)
  return { seedsToSettle: known.length < seeds.length ? null : Math.max(...known) }
}

/** The interval of the truly worst segment: the worst of all bounds on each side. */
function estimateOf(question: Question, judged: readonly JudgedSegment[], { estimate }: Finding): Finding['estimate'] {
  const all = judged.flatMap(({ bounds }) => bounds ?? [])
  if (estimate === null || all.length < judged.length) return null
  const worst = (values: readonly number[]): number => (lowIsBad(question) ? Math.min(...values) : Math.max(...values))
  return {
    what: `${estimate.what}, worst segment`,
    value: worst(all.map(({ value }) => value)),
    lower: worst(all.map(({ lower }) => lower)),
    upper: worst(all.map(({ upper }) => upper)),
    level: Math.min(...judged.map(({ level }) => level)),
  }
}
