import { mean } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import { lastStep, type Reading } from '../reading.ts'
import { sightOf, type RuleDefinition } from './definition.ts'

const bins = 15

/**
 * Probabilities are not honest, by the calibration error or by the log loss, and the model is more confident than accurate.
 * With few validation rows, the calibration error alone shows nothing; a log loss above any that honest probabilities of
 * this accuracy can have still does.
 */
export const overconfident: RuleDefinition = {
  name: 'overconfident',
  title: 'The model is overconfident',
  summary: 'Calibration error or log loss exceeds what calibrated probabilities explain: confidence is above accuracy.',
  quorum: 'most',
  least: { evaluations: 3 },
  look(run) {
    const last = run.curve.evaluations.slice(-3)
    const rows = run.context.rows?.validation
    const ece = average(last.map((e) => e.validation.ece))
    const accuracy = average(last.map((e) => e.validation.accuracy))
    if (last.length < 3 || rows === undefined || Number.isNaN(ece) || Number.isNaN(accuracy)) return undefined
    const loss = average(last.map((e) => e.validation.loss))
    const confidence = confidenceOf(run)
    const [mostError, mostLoss] = [honestError(accuracy, rows), honestLoss(accuracy, rows, run.context.classes)]
    if (!((ece > mostError || loss > mostLoss) && confidence > accuracy)) return undefined
    const [what, value, most] =
      ece > mostError ? (['calibration error', ece, mostError] as const) : (['loss', loss, mostLoss] as const)
    return {
      sight: sightOf(
        run,
        [last[0]?.step ?? 1, lastStep(run)],
        { accuracy, confidence, ece, mostError, loss, ...(mostLoss < Infinity ? { mostLoss } : {}) },
        `the ${what} on validation is ${shown(value)}, but calibrated probabilities with an accuracy of ` +
          `${shown(accuracy)} on ${rows} rows explain ` +
          `at most ${shown(most)}; the mean confidence is ${shown(confidence)}`,
      ),
      cause: 'Training kept raising probabilities after it stopped getting more rows right.',
      moves: [
        { lever: 'labelSmoothing', change: 'raise it to 0.05 or 0.1', to: { value: 0.1 } },
        { lever: 'epochs', change: 'shorten the run: stop where the validation loss was best' },
        { lever: 'finalFraction', change: 'lower the final rate', to: { times: 0 } },
      ],
    }
  },
}

const average = (values: readonly (number | null)[]): number =>
  values.includes(null) ? NaN : mean(values as readonly number[])

/**
 * A bound on the 95th percentile of the error that honest probabilities show on `rows` rows, whatever the probabilities are.
 * A bin's difference has the mean √(2/π)·√(w v / n) for its share w and variance v. By Cauchy–Schwarz, the sum over the bins
 * is at most √(bins · a(1 − a) / n), since the mean variance is at most a(1 − a). 1.645 SDs are added.
 */
export function honestError(accuracy: number, rows: number): number {
  const variance = Math.max(accuracy * (1 - accuracy), 1 / rows) / rows
  return Math.sqrt((2 / Math.PI) * bins * variance) + 1.645 * Math.sqrt((1 - 2 / Math.PI) * variance)
}

/**
 * The largest loss of honest probabilities with this accuracy. The largest entropy belongs to those that are equally
 * confident for every row and spread the rest evenly. Uses the lower bound of the accuracy, 1.645 standard errors down,
 * since that is an estimate too.
 */
export function honestLoss(accuracy: number, rows: number, classes: number | null): number {
  if (classes === null) return Infinity
  const error = Math.sqrt(Math.max(accuracy * (1 - accuracy), 1 / rows) / rows)
  const a = Math.max(accuracy - 1.645 * error, 1 / classes)
  return -a * Math.log(a) - (a < 1 ? (1 - a) * Math.log((1 - a) / (classes - 1)) : 0)
}

/**
 * Mean confidence if it was logged; otherwise inferred from training rows. exp(−loss) is at most the mean probability of the
 * right class there (Jensen), and a model that confident on training rows is about as confident on others.
 */
function confidenceOf(run: Reading): number {
  const logged = average(run.curve.evaluations.slice(-3).map((e) => e.validation.confidence))
  return Number.isNaN(logged) ? Math.exp(-run.end) : logged
}
