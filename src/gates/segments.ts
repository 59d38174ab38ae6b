// Rules on segments: each segment of the test rows is judged by itself, and the worst one decides.
import { printable } from '../base/printable.ts'
import type { GateRule, MetricRule } from '../records/gates.ts'
import type { Subset, SubsetMetrics } from '../records/subsets.ts'
import type { SegmentVerdict, VerdictStatus } from '../records/verdict.ts'
import type { GateDefinition } from './definition.ts'
import type { GateEvidence, InterimAnalysis } from './evidence.ts'
import { nothingMeasured, type Finding, type Judged } from './finding.ts'
import { evidenceOn, tooFewRows, unitsOf } from './subsets.ts'

/** A segment that is judged: by itself for a pass, and as one of several for a fail. */
interface JudgedSegment {
  readonly of: SubsetMetrics
  readonly status: VerdictStatus
  /** The judgment that explains the status. */
  readonly said: Judged
  readonly bounds: Pick<SegmentVerdict, 'estimate'>['estimate']
  /** Coverage of both bounds together, as those of the truly worst segment. */
  readonly level: number
}

/** A rule on one class or on segments, with what it judges. Everything else is judged by the gate itself. */
export function judgeRule(gate: GateDefinition, rule: GateRule, evidence: GateEvidence, analysis: InterimAnalysis): Judged {
  const measured = gate.measures(rule)
  if (measured === null) return gate.judge(rule, evidence, analysis)
  if (measured.segments) return judgeSegments(gate, rule as MetricRule, evidence, analysis)
  return measured.class === undefined
    ? gate.judge(rule, evidence, analysis)
    : judgeOn(gate, rule as MetricRule, evidence, { class: measured.class }, analysis)
}

function judgeOn(
  gate: GateDefinition,
  rule: MetricRule,
  evidence: GateEvidence,
  subset: Subset,
  analysis: InterimAnalysis,
): Judged {
  const judged = gate.judge(rule, evidenceOn(evidence, subset), analysis)
  const few = tooFewRows(rule, evidence, subset)
  return few && judged.finding.estimate ? { ...judged, finding: few } : judged
}

/**
 * Every segment has to pass, each at the error probability of a single gate: a segment that is truly too bad passes no more
 * often than that, whatever the others do, so a pass needs no correction (an intersection–union test; Berger, 1982). A fail
 * names the worst of several, so its bound is at the error probability divided by their number (Bonferroni). Together the
 * bounds are an interval for the value of the truly worst segment. Segments with too few rows are named, and without them the
 * rule does not pass.
 */
function judgeSegments(gate: GateDefinition, rule: MetricRule, evidence: GateEvidence, analysis: InterimAnalysis): Judged {
  const all = segmentsOf(rule, evidence)
  const whole = gate.judge(rule, evidence, analysis)
  if (all.length === 0) return { ...whole, finding: withoutSegments(whole) }
  const small = all.filter((one) => unitsOf(one) < (rule.minRows ?? 0))
  const large = all.filter((one) => !small.includes(one))
  const judged = large.map((of) => judgeSegment(gate, rule, evidence, of, large.length, analysis))
  const finding = combined(gate, rule, judged, small)
  const [worst] = byBadness(gate, rule, judged)
  return { ...whole, ...(worst && { sides: worst.said.sides }), finding }
}

/** The segments of a rule, in the order of its columns, as the first seed that has them lists them. */
function segmentsOf({ segments = [], class: named }: MetricRule, { candidate }: GateEvidence): SubsetMetrics[] {
  const found = candidate.find(({ subsets }) => subsets?.some(({ segment }) => segment))?.subsets ?? []
  return segments.flatMap((column) => found.filter((one) => one.segment?.column === column && one.class === named))
}

function withoutSegments({ finding }: Judged): Finding {
  if (finding.status !== 'pass' && finding.estimate === null) return finding
  return nothingMeasured('The runs have no values of the segments.', 'Run again with this spec.')
}

function judgeSegment(
  gate: GateDefinition,
  rule: MetricRule,
  evidence: GateEvidence,
  of: SubsetMetrics,
  count: number,
  analysis: InterimAnalysis,
): JudgedSegment {
  const alone = judgeOn(gate, rule, evidence, of, analysis)
  const { alpha, spreadAlpha } = analysis
  const ofMany = { ...analysis, alpha: alpha / count, spreadAlpha: spreadAlpha / count }
  const among = count === 1 ? alone : judgeOn(gate, rule, evidence, of, ofMany)
  const passes = alone.finding.status === 'pass'
  const [own, corrected] = [alone.finding.estimate, among.finding.estimate]
  const bounds =
    own &&
    corrected &&
    (lowIsBad(gate, rule)
      ? { value: own.value, lower: own.lower, upper: corrected.upper }
      : { value: own.value, lower: corrected.lower, upper: own.upper })
  return {
    of,
    status: passes ? 'pass' : among.finding.status,
    said: passes ? alone : among,
    bounds,
    level: own?.level ?? NaN,
  }
}

/** Whether a segment is bad where the estimate is low: below a least value. A drop, a loss or an SD is bad where it is high. */
const lowIsBad = (gate: GateDefinition, rule: MetricRule): boolean => gate.limitKey(rule) === 'min'

/** The worst first; those without an estimate last. */
function byBadness(gate: GateDefinition, rule: MetricRule, judged: readonly JudgedSegment[]): JudgedSegment[] {
  const sign = lowIsBad(gate, rule) ? 1 : -1
  return judged
    .filter(({ bounds }) => bounds)
    .toSorted((a, b) => sign * ((a.bounds?.value ?? NaN) - (b.bounds?.value ?? NaN)))
}

function combined(
  gate: GateDefinition,
  rule: MetricRule,
  judged: readonly JudgedSegment[],
  small: readonly SubsetMetrics[],
): Finding {
  const segments = [...judged.map(segmentVerdict), ...small.map(smallVerdict)]
  const failing = judged.filter(({ status }) => status === 'fail')
  const open = judged.filter(({ status }) => status === 'inconclusive')
  const status = failing.length > 0 ? 'fail' : open.length > 0 || small.length > 0 ? 'inconclusive' : 'pass'
  const ranked = byBadness(gate, rule, judged)
  // What decides: the worst of those that fail, otherwise of those that are open, otherwise of all.
  const deciding = [...byBadness(gate, rule, failing), ...failing, ...byBadness(gate, rule, open), ...open, ...ranked][0]
  if (!deciding) {
    return {
      ...nothingMeasured(`No segment has enough test rows to be judged: ${smallWords(small, rule)}.`, smallRemedy),
      segments,
    }
  }
  const finding = deciding.said.finding
  const seeds = open.flatMap(({ said }) =>
    said.finding.settled || said.finding.seedsToSettle === undefined ? [] : [said.finding.seedsToSettle],
  )
  return {
    ...finding,
    status,
    sentence: sentenceOf(rule, { judged, failing, open, small, deciding, worst: ranked[0] ?? deciding }),
    estimate: estimateOf(gate, rule, judged, finding),
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
function estimateOf(
  gate: GateDefinition,
  rule: MetricRule,
  judged: readonly JudgedSegment[],
  { estimate }: Finding,
): Finding['estimate'] {
  const all = judged.flatMap(({ bounds }) => bounds ?? [])
  if (estimate === null || all.length < judged.length) return null
  const worst = (values: readonly number[]): number => (lowIsBad(gate, rule) ? Math.min(...values) : Math.max(...values))
  return {
    what: `${estimate.what}, worst segment`,
    value: worst(all.map(({ value }) => value)),
    lower: worst(all.map(({ lower }) => lower)),
    upper: worst(all.map(({ upper }) => upper)),
    level: Math.min(...judged.map(({ level }) => level)),
  }
}

interface Sides {
  readonly judged: readonly JudgedSegment[]
  readonly failing: readonly JudgedSegment[]
  readonly open: readonly JudgedSegment[]
  readonly small: readonly SubsetMetrics[]
  readonly deciding: JudgedSegment
  readonly worst: JudgedSegment
}

function sentenceOf(rule: MetricRule, { judged, failing, open, small, deciding, worst }: Sides): string {
  const names = (of: readonly JudgedSegment[]): string => listed(of.map((one) => nameOf(one.of)))
  const parts = [
    ...(failing.length > 0 ? [`${failing.length} of ${judged.length} segments fail: ${names(failing)}.`] : []),
    ...(open.length > 0 ? [`${open.length} of ${judged.length} segments cannot be decided: ${names(open)}.`] : []),
    ...(failing.length === 0 && open.length === 0 ? [`${allOf(judged.length, small.length > 0)}.`] : []),
    ...(small.length > 0 ? [`Not judged: ${smallWords(small, rule)}.`] : []),
  ]
  const which = deciding === worst ? 'The worst' : 'The worst of these'
  return `${parts.join(' ')} ${which} is ${nameOf(deciding.of)}, with ${rowsWords(deciding.of)}. ${deciding.said.finding.sentence}`
}

const allOf = (count: number, some: boolean): string =>
  `${count === 1 ? 'The one segment' : `All ${count} segments`}${some ? ' with enough rows' : ''} ${count === 1 ? 'passes' : 'pass'}`

const nameOf = ({ segment }: SubsetMetrics): string =>
  segment ? `${printable(segment.column, 60)} "${printable(segment.level, 60)}"` : ''

const rowsWords = ({ class: named, rows, groups }: SubsetMetrics): string =>
  `${counted(rows.test, 'test row')}${named === undefined ? '' : ' of the class'}${groups === undefined ? '' : ` in ${counted(groups, 'group')}`}`

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

/** With more names than this, the table of the report has the others. */
const mostNames = 5

function listed(names: readonly string[]): string {
  const left = names.length - mostNames
  return `${names.slice(0, mostNames).join(', ')}${left > 0 ? ` and ${left} more` : ''}`
}

const smallWords = (small: readonly SubsetMetrics[], { minRows = 0 }: MetricRule): string =>
  `${listed(small.map((one) => `${nameOf(one)} (${rowsWords(one)})`))}; a segment needs ${minRows}`

const smallRemedy =
  'Hold out more test rows, merge small segments in a column of their own, or set minRows lower: intervals then get wide.'

const correctionNotes = (count: number): string[] =>
  count === 1
    ? []
    : [
        `The worst of ${count} segments: a pass needs the bound of every segment, and a bound that fails one of them is ` +
          `corrected for ${count} (Bonferroni).`,
      ]

function segmentVerdict({ of, status, bounds }: JudgedSegment): SegmentVerdict {
  return { ...placeOf(of), status, estimate: bounds }
}

const smallVerdict = (of: SubsetMetrics): SegmentVerdict => ({ ...placeOf(of), status: 'not-judged', estimate: null })

const placeOf = ({ segment, rows, groups }: SubsetMetrics): Omit<SegmentVerdict, 'status' | 'estimate'> => ({
  column: segment?.column ?? '',
  level: segment?.level ?? '',
  rows: rows.test,
  ...(groups === undefined ? {} : { groups }),
})
