import { gateOf } from '../gates/index.ts'
import type { GateVerdict, SegmentVerdict } from '../records/verdict.ts'
import type { TextTable } from './ensemble.ts'
import type { Report } from './model.ts'
import { short, whole } from './numbers.ts'

/** With more segments, the worst of each gate stand for all. */
const mostShown = 20

/**
 * What each segment shows, gate by gate; null if no gate judges segments. Names come from the data.
 *
 * @param shownName writes a name for where the table is shown
 */
export function segmentTable({ verdict }: Report, shownName: (name: string) => string): TextTable | null {
  const judged = verdict.gates.filter(({ segments }) => segments !== undefined)
  if (judged.length === 0) return null
  return {
    title: 'Segments',
    header: ['Segment', 'Gate', 'Test rows', 'Verdict', 'Value', 'Interval'],
    rows: judged.flatMap((gate) => rowsOf(gate, shownName)),
    notes: [
      ...judged.flatMap(({ segments = [] }) =>
        segments.length > mostShown ? [`report.json has all ${whole(segments.length)} segments of a gate.`] : [],
      ),
      "The bound that a pass rests on is the segment's own. The other one is corrected for the number of segments, because " +
        'the gate looks for the worst of several. A segment that is not judged has too few test rows, and its gate does not pass.',
    ],
  }
}

function rowsOf(gate: GateVerdict, shownName: (name: string) => string): string[][] {
  const definition = gateOf(gate.rule)
  const title = `${gate.rule.gate}: ${definition.requirement(gate.rule)}`
  return firstOf(gate).map(({ column, level, rows, groups, status, estimate }) => [
    shownName(`${column} = ${level}`),
    title,
    `${whole(rows)}${groups === undefined ? '' : ` (${whole(groups)} groups)`}`,
    status === 'not-judged' ? 'not judged' : status,
    estimate ? short(estimate.value) : '–',
    estimate ? `${short(estimate.lower)} to ${short(estimate.upper)}` : '–',
  ])
}

const order = ['fail', 'inconclusive', 'not-judged', 'pass'] as const

/** In the order of the data, unless there are too many. */
const firstOf = ({ segments = [] }: GateVerdict): readonly SegmentVerdict[] =>
  segments.length <= mostShown
    ? segments
    : segments.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status)).slice(0, mostShown)
