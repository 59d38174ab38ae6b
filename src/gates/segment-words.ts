// What a gate says of segments, judged or not.
import { listed } from '../base/lists.ts'
import type { MetricRule } from '../records/gates.ts'
import { ranksRows } from '../records/metrics.ts'
import type { SubsetMetrics } from '../records/subsets.ts'
import type { SegmentVerdict, VerdictStatus } from '../records/verdict.ts'
import { rowsNeeded } from './few-rows.ts'
import type { Judged } from './finding.ts'
import { subsetName } from './segment-evidence.ts'

/** A segment that is judged: by itself for a pass, and as one of several for a fail. */
export interface JudgedSegment {
  readonly of: SubsetMetrics
  readonly status: VerdictStatus
  /** Whether nothing was measured or compared, so that `onInconclusive: pass` does not apply. */
  readonly unmeasured: boolean
  /** The judgment that explains the status. */
  readonly said: Judged
  readonly bounds: SegmentVerdict['estimate']
  /** Coverage of both bounds together, as those of the truly worst segment. */
  readonly level: number
}

/** Every segment of a rule. */
export interface AllSegments {
  readonly judged: readonly JudgedSegment[]
  /** With too few rows. */
  readonly small: readonly SubsetMetrics[]
  /** Only the baseline has them. */
  readonly lost: readonly SubsetMetrics[]
}

interface Sides extends AllSegments {
  readonly failing: readonly JudgedSegment[]
  readonly open: readonly JudgedSegment[]
  readonly deciding: JudgedSegment
  readonly worst: JudgedSegment
}

export function sentenceOf(rule: MetricRule, { judged, failing, open, small, lost, deciding, worst }: Sides): string {
  const names = (of: readonly JudgedSegment[]): string => listed(of, mostNames, (one) => subsetName(one.of))
  const parts = [
    ...(failing.length > 0 ? [`${failing.length} of ${judged.length} segments fail: ${names(failing)}.`] : []),
    ...(open.length > 0 ? [`${open.length} of ${judged.length} segments cannot be decided: ${names(open)}.`] : []),
    ...(failing.length === 0 && open.length === 0 ? [`${allOf(judged.length, small.length > 0)}.`] : []),
    ...smallWords(small, rule),
    ...lostWords(lost),
  ]
  const which = deciding === worst ? 'The worst' : 'The worst of these'
  const place = `${which} is ${subsetName(deciding.of)}, with ${rowsWords(deciding.of)}.`
  return `${parts.join(' ')} ${place} ${deciding.said.finding.sentence}`
}

function allOf(count: number, some: boolean): string {
  const which = some ? ' with enough rows' : ''
  return count === 1 ? `The one segment${which} passes` : `All ${count} segments${which} pass`
}

function rowsWords({ class: named, target, segment, rows, groups }: SubsetMetrics): string {
  const whose = named !== undefined ? ' of the class' : target !== undefined && !segment ? ' that have it' : ''
  return `${counted(rows.test, 'test row')}${whose}${groups === undefined ? '' : ` in ${counted(groups, 'group')}`}`
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

/** With more names than this, the table of the report has the others. */
const mostNames = 5

export function smallWords(small: readonly SubsetMetrics[], rule: MetricRule): string[] {
  if (small.length === 0) return []
  const [needed, { metric, minRows = 0 }] = [rowsNeeded(rule), rule]
  const units = small.some(({ groups }) => groups !== undefined) ? 'groups of test rows' : 'test rows'
  const side = ranksRows(metric) ? ' of the rarer side' : ''
  const why = needed > minRows ? ` for ${metric}, which is not a share of rows` : ''
  const names = listed(small, mostNames, (one) => `${subsetName(one)} (${sizeWords(one, rule)})`)
  return [
    `Not judged: ${names}; a ${rule.segments ? 'segment' : rule.target === undefined ? 'class' : 'target'} needs ${needed} ${units}${side}${why}.`,
  ]
}

const sizeWords = (one: SubsetMetrics, { metric }: MetricRule): string =>
  ranksRows(metric) ? `${rowsWords(one)}, ${one.rarer ?? 'an unknown number'} on the rarer side` : rowsWords(one)

export const lostWords = (lost: readonly SubsetMetrics[]): string[] =>
  lost.length === 0 ? [] : [`The baseline has segments that the candidate lacks: ${listed(lost, mostNames, subsetName)}.`]

export const smallRemedy =
  'Hold out more test rows, merge small segments in a column of their own, or set minRows lower, which makes intervals ' +
  'wider. Metrics that are not shares of rows may need more, whatever minRows says.'

export const correctionNotes = (count: number): string[] =>
  count === 1
    ? []
    : [
        `The worst of ${count} segments: a pass needs the bound of every segment, and a bound that fails one of them is ` +
          `corrected for ${count} (Bonferroni).`,
      ]

export function segmentVerdict({ of, status, bounds }: JudgedSegment): SegmentVerdict {
  return { ...placeOf(of), status, estimate: bounds }
}

export const smallVerdict = (of: SubsetMetrics): SegmentVerdict => ({ ...placeOf(of), status: 'not-judged', estimate: null })

const placeOf = ({ segment, rows, groups }: SubsetMetrics): Omit<SegmentVerdict, 'status' | 'estimate'> => ({
  column: segment?.column ?? '',
  level: segment?.level ?? '',
  rows: rows.test,
  ...(groups === undefined ? {} : { groups }),
})
