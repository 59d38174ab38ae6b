import { mean } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import type { Move } from '../finding.ts'
import type { Context } from '../curve.ts'
import { type Fitted, type Reading, sampledError } from '../reading.ts'
import { noiseAround } from '../robust.ts'
import { sightOf, type RuleDefinition, type Symptom } from './definition.ts'
import { taskOf } from '../../records/tasks.ts'

/** A rise of the validation loss counts from here: noise SDs, and a share of a constant guess's loss. */
const beyondNoise = 2
const leastRise = 0.05
/** Evaluations at the end whose mean is the rise. */
const ending = 3
/** Share of rows, or of the variance, by which training does better. */
const gap = 0.1
/**
 * In a regression, the validation error must also be this many times the training error: a few rows fit better by
 * themselves.
 */
const errorRatio = 2
/** A gap of this counts also where validation is as good as a simple model's. */
const wide = 0.5
/** Below this R², validation is no better than a constant guess, whatever the errors are. */
const nothing = 0.1
/** Standard errors by which the gap must differ from 0, because validation rows are few. */
const confident = 1.645
/**
 * The wrong rows cause a rise of the log loss. If their shares in it are as uneven as exponential ones, its standard error
 * is √(2 / rows) of it: with fewer rows than this (5.4), a rise is within 1.645 of them.
 */
const leastWrongRows = 2 * confident ** 2

/**
 * With fewer training rows, no regularization makes up for more of them, and a gap need not be wide to come from them: it is
 * enough that the choice of validation rows does not explain it.
 */
const [fewRows, gapOfFew] = [100, 0.03]

const isFew = ({ rows }: Context): boolean => rows !== null && rows.train < fewRows

/** Stopping early helps a loss that rises. A gap alone that few rows leave needs more of them. */
function advice(run: Reading, rose: boolean): Omit<Symptom, 'sight'> {
  const { validated, context } = run
  const { stepsPerEpoch, levers } = run.curve
  const smooth = runningMeans(validated)
  const best = smooth.find(({ loss }) => loss === Math.min(...smooth.map((s) => s.loss)))
  const epoch = best && stepsPerEpoch !== null ? Math.ceil(best.step / stepsPerEpoch) : 0
  const stop: Move[] =
    epoch === 0
      ? [{ lever: 'epochs', change: 'stop where validation was best' }]
      : epoch < (levers?.scheduling.epochs ?? Infinity)
        ? [{ lever: 'epochs', change: `shorten the run to ${epoch}, where validation was best`, to: { value: epoch } }]
        : []
  return {
    cause: 'The model memorizes its training rows, and what it learns does not generalize.',
    moves: [
      ...(!rose && isFew(context) && context.rows
        ? [{ lever: null, change: `collect more rows: ${context.rows.train} do not tell what is general` } as const]
        : []),
      ...stop,
      { lever: 'dropout', change: 'raise it', to: { plus: 0.2 } },
      { lever: 'weightDecay', change: 'raise it by a factor of 10 to 50', to: { times: 30 } },
      { lever: 'augmentation', change: 'raise it' },
    ],
  }
}

/** Validation rises beyond noise while training falls, or training does better by a tenth of all rows. */
export const overfit: RuleDefinition = {
  name: 'overfit',
  title: 'The model trains well but validates poorly',
  summary:
    'Validation gets worse beyond noise while training gets better, or training does better by a tenth of all rows, or by ' +
    'more than chance where it has fewer than 100. A gap below a half counts only where validation is worse than a good fit.',
  quorum: 'most',
  least: { evaluations: 2 * ending },
  look: (run) => rises(run) ?? gapes(run),
}

function rises(run: Reading): Symptom | undefined {
  const { validated, trained, constantLoss, start } = run
  if (validated.length < 2 * ending || trained.length < 2 * ending) return undefined
  const smooth = runningMeans(validated)
  const best = smooth.reduce((a, b) => (b.loss < a.loss ? b : a))
  const end = smooth.at(-1) as Smooth
  const rise = end.loss - best.loss
  const noise = noiseAround(validated.map((v) => v.loss))
  const fell = trainAt(trained, best.step) - mean(trained.slice(-ending).map((t) => t.loss))
  const least = leastRise * (constantLoss ?? start)
  if (!(rise > beyondNoise * noise && rise > least && fell > 0) || rise < samplingError(run, end.loss)) return undefined
  const values = { best: best.loss, end: end.loss, noise, trainFell: fell }
  const sentence =
    `from step ${best.step} on, the validation loss rose from ${shown(best.loss)} to ${shown(end.loss)} ` +
    `(its noise is ${shown(noise)}), while the training loss fell by ${shown(fell)}`
  return { sight: sightOf(run, [best.step, end.step], values, sentence), ...advice(run, true) }
}

/** What drawing other validation rows would do to the rise: infinite if too few rows cause it; 0 if rows are unknown. */
function samplingError({ curve: { evaluations }, context: { rows, task } }: Reading, loss: number): number {
  if (!rows) return 0
  if (task === 'regression') return loss * Math.sqrt(2 / rows.validation)
  const accuracies = evaluations.slice(-ending).flatMap((e) => e.validation.accuracy ?? [])
  return accuracies.length > 0 && (1 - mean(accuracies)) * rows.validation < leastWrongRows ? Infinity : 0
}

interface Smooth {
  readonly step: number
  readonly loss: number
}

/** Means of three consecutive evaluations, at the last one's step. */
function runningMeans(values: readonly Fitted[]): Smooth[] {
  return values
    .slice(ending - 1)
    .map(({ step }, i) => ({ step, loss: mean(values.slice(i, i + ending).map((v) => v.loss)) }))
}

const trainAt = (trained: readonly Fitted[], step: number): number =>
  mean(
    trained
      .filter((t) => t.step <= step)
      .slice(-ending)
      .map((t) => t.loss),
  )

/** Scores of both splits over the last evaluations, and what is known about the rows behind them. */
interface Scores {
  readonly training: number
  readonly validation: number
  readonly rows: Rows | null
}

/**
 * Number of validation rows, and of the training rows that an evaluation uses: at most as many, and the others stay unseen.
 */
interface Rows {
  readonly validation: number
  readonly training: number
  /** Share of the training rows that no evaluation used. A score over all training rows has no sampling error. */
  readonly unseen: number
}

function gapes(run: Reading): Symptom | undefined {
  const last = run.curve.evaluations.slice(-ending)
  const regression = run.context.task === 'regression'
  const score = (split: 'train' | 'validation'): number =>
    mean(last.flatMap((e) => (regression ? e[split].metrics.r2 : e[split].accuracy) ?? []))
  const rows = rowsOf(run)
  const scores: Scores = { training: score('train'), validation: score('validation'), rows }
  const { training, validation } = scores
  const found = training - validation
  if (
    !(
      found >= (isFew(run.context) ? gapOfFew : gap) &&
      found > confident * errorOf(scores, regression ? errorOfR2 : errorOfShare)
    )
  )
    return undefined
  if (regression && !(validation < nothing || errorsDiffer(run))) return undefined
  if (found < wide && validatesWell(run)) return undefined
  const name = regression ? 'R²' : (taskOf(run.context.task).right ?? 'accuracy')
  const sentence =
    `training ends at an ${name} of ${shown(training)}, validation at ${shown(validation)}: ` + `a gap of ${shown(found)}`
  return {
    sight: sightOf(run, [last[0]?.step ?? 1, last.at(-1)?.step ?? 1], { training, validation, gap: found }, sentence),
    ...advice(run, false),
  }
}

/** Whether validation ends as low as a simple model that was fitted on other rows: then the gap costs nothing. */
const validatesWell = ({ context: { targetLoss }, endOfValidation, target }: Reading): boolean =>
  targetLoss !== null && endOfValidation <= target

function rowsOf({ context: { rows } }: Reading): Rows | null {
  if (!rows) return null
  const training = Math.min(rows.train, rows.validation)
  return { validation: rows.validation, training, unseen: 1 - training / rows.train }
}

/** Standard error of the gap; 0 if the rows are unknown. */
function errorOf({ training, validation, rows }: Scores, error: (score: number, rows: number) => number): number {
  if (!rows) return 0
  return Math.hypot(error(training, rows.training) * Math.sqrt(rows.unseen), error(validation, rows.validation))
}

/**
 * Whether the validation error is this many times the training error, and by more than the choice of rows in either
 * explains: squared errors of normal residuals have a relative standard error of √(2 / rows). It compares the errors
 * themselves and not R², which divides each by the spread of its own rows.
 */
function errorsDiffer({ trained, validated, context }: Reading): boolean {
  const end = (values: readonly Fitted[]): number => mean(values.slice(-ending).map((v) => v.loss))
  const ratio = end(validated) / end(trained)
  const error = context.rows ? Math.hypot(sampledError(context), Math.sqrt(2 / context.rows.validation)) : 0
  return ratio >= errorRatio && Math.log(ratio) > confident * error
}

/** Standard error of a share of rows; at least that of one row. */
const errorOfShare = (share: number, rows: number): number => Math.sqrt(Math.max(share * (1 - share), 1 / rows) / rows)

/** Standard error of R² on this many rows: 2 √R² (1 − R²) / √n (Kendall and Stuart), and near 0 at least 1 / √n. */
const errorOfR2 = (r2: number, rows: number): number =>
  Math.max(2 * Math.sqrt(Math.max(r2, 0)) * (1 - r2), r2 < 0.1 ? 1 : 0) / Math.sqrt(rows)
