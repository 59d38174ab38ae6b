import { enumerated } from '../base/lists.ts'
import { printable } from '../base/printable.ts'
import { provenLosses } from '../gates/verification.ts'
import type { ChangedColumns } from '../data/changed-columns.ts'
import type { Segment } from '../records/subsets.ts'
import type { ChangedPart, ChangedTraining } from '../data/changed-rows.ts'
import type { TrainerRecord } from '../records/trainer.ts'
import type { GuessComparison } from '../gates/guess.ts'
import type { Report } from './model.ts'
import { meanAndSd, plural } from './numbers.ts'
import { isGated, judgedSide } from './sides.ts'

/**
 * What a reader must know before the verdict: which measured rows, training rows and columns the change edits, and which
 * rules it alters; a loss on test rows that the gates let through; and a winner that has learned nothing. Plain text, one or
 * two sentences each, the measured rows first. Empty if there is none of that.
 */
export function changeLines(report: Report): string[] {
  const {
    change,
    study: { trainer },
    verdict,
    verification,
  } = report
  const first = [
    ...(trainer ? [scriptLine(trainer)] : []),
    ...(verdict.status === 'pass' ? lossLines({ verdict, verification }) : []),
  ]
  const last = verification?.guess ? [guessLine(verification.guess, report)] : []
  if (!change) return [...first, ...last]
  const { rows, training, columns, rules } = change
  const altered = enumerated(rules.map(({ setting, base, change: own }) => `${setting} from ${base} to ${own}`))
  return [
    ...first,
    ...(rows === undefined ? [] : 'notCompared' in rows ? notCompared(rows.notCompared) : rowLines(rows.parts)),
    ...(training === undefined ? [] : [trainingLine(training)]),
    ...(columns === undefined ? [] : [columnLine(columns)]),
    ...(altered === '' ? [] : [`This change alters ${altered}; it was judged with the values of the base commit.`]),
    ...last,
  ]
}

/**
 * Losses on test rows, in the objective and in what gates judge, that no gate judges or that its margin allows. Each may raise
 * the alarm, so they are corrected for each other.
 */
const lossLines = (report: Pick<Report, 'verdict' | 'verification'>): string[] =>
  provenLosses(
    (report.verification?.metrics ?? []).filter((m) => m.split === 'test' && (m.objective || isGated(report, m))),
  ).map(({ sentence }) => `The gates pass, but against the baseline of this study ${sentence}`)

function guessLine({ claim, metric, split, mean, sd, seeds, guess }: GuessComparison, report: Report): string {
  const predicts = { 'no-better': 'predicts no better', 'not-shown': 'is not shown to predict better' }[claim]
  return (
    `On ${split} rows, the ${judgedSide(report).toLowerCase()} ${predicts} than a guess that does not look at the inputs: ` +
    `${metric} ${meanAndSd(mean, sd)} over ${plural(seeds, 'seed')}, where ${guess}.`
  )
}

/** What numbers are worth that code of the change made. */
const scriptLine = ({ measured, source }: TrainerRecord): string =>
  source !== undefined
    ? resultsLine(measured)
    : measured === 'self-reported'
      ? 'The training script reported these metrics itself, and nothing checks them: they guard against mistakes, not malice.'
      : "The metrics come from the training script's predictions: they guard against mistakes, not malice."

const notCompared = (why: string): string[] => [
  `The validation and test rows were not compared with those of the base commit: ${why}.`,
  'The training rows were not compared either.',
]

const resultsLine = (measured: TrainerRecord['measured']): string =>
  measured === 'self-reported'
    ? 'The results report their own metrics, and nothing checks them: they guard against mistakes, not malice.'
    : 'The metrics come from predictions among the results: they guard against mistakes, not malice.'

function rowLines(parts: readonly ChangedPart[]): string[] {
  const ordered = parts.toReversed()
  const edits = ordered.filter(({ edited }) => edited > 0).map(editText)
  const moves = ordered.filter(({ moved }) => moved > 0).map((part) => ofRows(part.moved, part))
  const clauses = [
    ...(edits.length === 0 ? [] : [`edits ${enumerated(edits)}`]),
    ...(moves.length === 0 ? [] : [`moves ${enumerated(moves)} to another part of the split`]),
  ]
  const sizes = ordered.filter(({ growth }) => growth !== 0).map(sizeText)
  const lost = ordered.flatMap(({ part, lostSegments = [] }) =>
    lostSegments.length === 0 ? [] : [lostText(part, lostSegments)],
  )
  const lines = [...(clauses.length === 0 ? [] : [`This change ${clauses.join(', and ')}.`]), ...sizes, ...lost]
  return lines.length === 0 ? [] : [lines.join(' ')]
}

/** A removed row and a new row count together as one edit. */
function trainingLine({ edited, relabelled, resegmented = 0, moved, added, rows, growth }: ChangedTraining): string {
  const part = { part: 'training', rows } as const
  const edits = Math.max(relabelled + resegmented, Math.min(edited, added))
  const [removed, more] = [edited - edits, Math.max(0, added - edits)]
  const clauses = [
    ...(edits === 0 ? [] : [`edits ${editText({ ...part, edited: edits, relabelled, resegmented })}`]),
    ...(removed === 0 ? [] : [`removes ${ofRows(removed, part)}`]),
    ...(more === 0 ? [] : [`adds ${plural(more, 'training row')}`]),
    ...(moved === 0 ? [] : [`moves ${ofRows(moved, part)} to another part of the split`]),
  ]
  const size = `It trains on ${plural(rows + growth, 'row')}, ${difference(growth)} than the base commit.`
  return `This change ${enumerated(clauses)}.${growth === 0 ? '' : ` ${size}`}`
}

function columnLine({ added, removed, retyped, unlisted }: ChangedColumns): string {
  const columns = (verb: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${verb} the ${names.length === 1 ? 'column' : 'columns'} ${enumerated(names.map(quoted))}`]
  const turned = retyped.map(({ name, base, change }) => `turns the column ${quoted(name)} from ${base} into ${change}`)
  const clauses = [...columns('adds', added), ...columns('removes', removed), ...turned]
  const rest = unlisted === 0 ? '' : ` ${plural(unlisted, 'column')} more ${unlisted === 1 ? 'differs' : 'differ'}.`
  return `This change ${enumerated(clauses)}.${rest}`
}

const quoted = (name: string): string => `"${printable(name, 60)}"`

interface Part extends Pick<ChangedPart, 'rows' | 'edited' | 'relabelled' | 'resegmented'> {
  readonly part: ChangedPart['part'] | 'training'
}

/** `12 of the 36 test rows (3 relabeled, 2 in another segment)`. */
function editText(part: Part): string {
  const { relabelled, resegmented = 0 } = part
  const kinds = [
    ...(relabelled === 0 ? [] : [`${relabelled} relabeled`]),
    ...(resegmented === 0 ? [] : [`${resegmented} moved to another segment`]),
  ]
  return `${ofRows(part.edited, part)}${kinds.length === 0 ? '' : ` (${kinds.join(', ')})`}`
}

/** `No test row is left in the segment site "a".` */
function lostText(part: ChangedPart['part'], lost: readonly Segment[]): string {
  const names = lost.map(({ column, level }) => `${printable(column, 60)} ${quoted(level)}`)
  return `No ${part} row is left in the ${lost.length === 1 ? 'segment' : 'segments'} ${enumerated(names)}.`
}

const ofRows = (count: number, { part, rows }: Pick<Part, 'part' | 'rows'>): string =>
  `${count} of the ${plural(rows, `${part} row`)}`

function sizeText({ part, rows, growth }: ChangedPart): string {
  return `The change is measured on ${plural(rows + growth, `${part} row`)}, ${difference(growth)} than the base commit.`
}

const difference = (growth: number): string => `${Math.abs(growth)} ${growth > 0 ? 'more' : 'fewer'}`
