import { groupBy } from '../../base/lists.ts'
import { mean } from '../../stats/describe.ts'
import type { Context, Curve, CurveGroup, EvaluationPoint, Measured, StepPoint } from '../curve.ts'
import type { Column } from './columns.ts'
import { trainingsOf } from './order.ts'
import { type Row, rowsOf } from './rows.ts'

/** What no log says; null if unknown. */
export interface KnownFacts {
  readonly classes: number | null
  readonly validationRows: number | null
  readonly targetLoss: number | null
}

/**
 * Curves of a log of any tool: CSV, JSON lines, or one of the forms in `tools.ts`. Rows with validation values are
 * evaluations. If at least half of the rows with training values are evaluations (one row per epoch, as Keras writes),
 * `loss` is the epoch's training loss; otherwise it is a step's. Rows belong to one run unless a column distinguishes runs
 * or seeds; runs with the same stage and label are seeds of one trial. If a log holds several trainings, one after another,
 * each is judged by itself.
 *
 * @param note receives a sentence about what was left out, converted or split
 */
export function foreignCurves(
  text: string,
  file: string,
  facts: KnownFacts,
  note: (sentence: string) => void = () => {},
): CurveGroup[] {
  const rows = rowsOf(text, file, note)
  const context = contextOf(rows, facts)
  const groups = groupBy(rows, (r) => [r.words.get('stage'), r.words.get('label')].filter((w) => w !== undefined).join(', '))
  return [...groups].flatMap(([label, own]) => {
    const subject = label === '' ? file : label
    const runs = groupBy(own, (r) => `${r.words.get('run') ?? ''} ${r.numbers.get('seed') ?? ''}`.trim())
    const trainings = [...runs].map(([id, run]) => ({ id: id === '' ? file : id, trainings: trainingsOf(run) }))
    const most = Math.max(...trainings.map((t) => t.trainings.length))
    if (most > 1) note(`${subject}: ${most} trainings follow one another; each is judged by itself`)
    return Array.from({ length: most }, (_, n) => ({
      subject: most > 1 ? `${subject}, training ${n + 1}` : subject,
      context,
      curves: trainings.flatMap((t) => (t.trainings[n] ? [curveFrom(t.trainings[n], t.id)] : [])),
    }))
  })
}

function contextOf(rows: readonly Row[], { classes, validationRows, targetLoss }: KnownFacts): Context {
  const regression = rows.some((r) => r.numbers.has('trainR2') || r.numbers.has('validationR2'))
  return {
    task: regression ? 'regression' : 'classification',
    classes: regression ? null : classes,
    targetLoss,
    seedCap: null,
    rows: validationRows === null ? null : { train: 0, validation: validationRows },
  }
}

const isEvaluation = ({ numbers }: Row): boolean =>
  numbers.has('validationLoss') || numbers.has('validationAccuracy') || numbers.has('validationR2')

function curveFrom(rows: readonly Row[], id: string): Curve {
  const evaluated = rows.filter(isEvaluation)
  const trained = rows.filter((r) => r.numbers.has('loss') || r.numbers.has('trainLoss') || r.numbers.has('gradientNorm'))
  const byEpoch = evaluated.length > 0 && 2 * trained.filter(isEvaluation).length >= trained.length
  const placed = withSteps(rows, byEpoch)
  const isTrained = new Set(trained)
  const stepRows = byEpoch ? [] : placed.filter(({ row }) => isTrained.has(row))
  const steps = stepRows.map(stepOf)
  const asked = placed.filter(({ row }) => isEvaluation(row))
  const between = lossesBetween(
    steps,
    asked.map(({ step }) => step),
  )
  return {
    id,
    seed: rows[0]?.numbers.get('seed') ?? null,
    status: 'unknown',
    steps,
    evaluations: asked.map((p, i) => evaluationOf(p, byEpoch, between[i] ?? null)),
    stepsPerEpoch: stepsPerEpoch(stepRows),
    levers: null,
  }
}

interface Placed {
  readonly step: number
  readonly row: Row
}

/** Steps from 1; if there is no column for them, the number of the row among its kind. */
function withSteps(rows: readonly Row[], byEpoch: boolean): Placed[] {
  const known = rows.every((r) => r.numbers.has('step'))
  const column: Column | undefined = known
    ? 'step'
    : byEpoch && rows.every((r) => r.numbers.has('epoch'))
      ? 'epoch'
      : undefined
  if (column === undefined) return rows.map((row, i) => ({ row, step: i + 1 }))
  const first = rows.reduce((least, r) => Math.min(least, r.numbers.get(column) ?? 1), 1)
  return rows.map((row) => ({ row, step: (row.numbers.get(column) ?? 1) + (first === 0 ? 1 : 0) }))
}

function stepOf({ step, row: { numbers } }: Placed): StepPoint {
  const clipped = numbers.get('clipped')
  return {
    step,
    loss: numbers.get('loss') ?? numbers.get('trainLoss') ?? null,
    learningRate: numbers.get('learningRate') ?? null,
    gradientNorm: numbers.get('gradientNorm') ?? null,
    clipped: clipped === undefined ? null : clipped !== 0,
  }
}

function evaluationOf({ step, row: { numbers } }: Placed, byEpoch: boolean, between: number | null): EvaluationPoint {
  const get = (column: Column): number | null => numbers.get(column) ?? null
  const trainLoss = get('trainLoss') ?? (byEpoch ? get('loss') : null) ?? between
  return {
    step,
    epoch: get('epoch'),
    train: split({
      loss: trainLoss,
      accuracy: get('trainAccuracy'),
      balancedAccuracy: get('trainBalancedAccuracy'),
      r2: get('trainR2'),
    }),
    validation: {
      ...split({
        loss: get('validationLoss'),
        accuracy: get('validationAccuracy'),
        balancedAccuracy: get('validationBalancedAccuracy'),
        r2: get('validationR2'),
      }),
      ece: get('validationEce'),
      confidence: get('validationConfidence'),
    },
  }
}

interface SplitNumbers {
  readonly loss: number | null
  readonly accuracy: number | null
  readonly balancedAccuracy: number | null
  readonly r2: number | null
}

function split({ loss, accuracy, balancedAccuracy, r2 }: SplitNumbers): Measured {
  return {
    loss,
    accuracy,
    balancedAccuracy,
    ece: null,
    confidence: null,
    constantLoss: loss !== null && r2 !== null && r2 < 1 ? loss / (1 - r2) : null,
    metrics: { ...(accuracy === null ? {} : { accuracy }), ...(r2 === null ? {} : { r2 }) },
  }
}

/**
 * For each evaluation, the mean loss of the steps since the previous one, as the training loss if nothing evaluated it. Both
 * are walked once in step order, which every log should follow.
 */
function lossesBetween(steps: readonly StepPoint[], evaluated: readonly number[]): (number | null)[] {
  const known = steps.flatMap(({ step, loss }) => (loss === null ? [] : [{ step, loss }])).sort((a, b) => a.step - b.step)
  const found = new Array<number | null>(evaluated.length).fill(null)
  let [at, before] = [known.findIndex(({ step }) => step > 0), 0]
  if (at < 0) return found
  for (const i of [...evaluated.keys()].sort((a, b) => (evaluated[a] ?? 0) - (evaluated[b] ?? 0))) {
    const until = evaluated[i] ?? 0
    const from = at
    while (at < known.length && (known[at]?.step ?? 0) <= until) at++
    if (until > before && at > from) found[i] = mean(known.slice(from, at).map(({ loss }) => loss))
    before = until
  }
  return found
}

/**
 * From an epoch column beside every step: whole epochs are counted, a fraction is step / epoch. Null if steps are missing.
 */
function stepsPerEpoch(rows: readonly Placed[]): number | null {
  const last = rows.at(-1)
  if (!last || rows.some((p, i) => p.step !== i + 1 || !p.row.numbers.has('epoch'))) return null
  const epochs = rows.map((p) => p.row.numbers.get('epoch') ?? NaN)
  if (epochs.some((e) => !Number.isInteger(e))) {
    const found = Math.round(last.step / Math.max(epochs.at(-1) ?? NaN, 1e-9))
    return Number.isFinite(found) && found > 0 ? found : null
  }
  const second = epochs.findIndex((e) => e !== epochs[0])
  return second > 0 ? second : null
}
