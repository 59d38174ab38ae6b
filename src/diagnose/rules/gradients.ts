import { median } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import type { Move } from '../finding.ts'
import { lastStep, type Reading, underTarget } from '../reading.ts'
import { sightOf, type RuleDefinition, type Symptom } from './definition.ts'
import { livelyLayout, reviving } from './reviving.ts'

/** Largest norm relative to the usual one. */
const explosion = 100
/** Share of steps without any gradient. */
const zeroShare = 0.7
/** Norm of the later half relative to that of the first steps. */
const vanished = 0.01
/** Up to this many times the norm that sampling alone gives to an output bias, nothing reaches the layers below. */
const outputOnly = 6

/** Norms that vanish or explode, or a model that predicts the same for all rows; only if convergence failed as well. */
export const gradients: RuleDefinition = {
  name: 'gradients',
  title: 'Gradients vanish or explode, or units are dead',
  summary: 'Gradient norms explode or vanish, or the model predicts the same for all rows, and training failed as well.',
  evidence: 'gradient',
  quorum: 'any',
  least: { steps: 10 },
  look(run) {
    const norms = run.curve.steps.flatMap((s) => s.gradientNorm ?? [])
    if (norms.length < 10 || !(underTarget(run) || run.curve.status === 'diverged')) return undefined
    return explodes(run, norms) ?? vanishes(run, norms) ?? constant(run, norms)
  },
}

function explodes(run: Reading, norms: readonly number[]): Symptom | undefined {
  const usual = median(norms.filter(Number.isFinite))
  const most = Math.max(...norms.map((n) => (Number.isFinite(n) ? n : Infinity)))
  if (!(most > explosion * usual)) return undefined
  const at = norms.findIndex((n) => !(n <= explosion * usual)) + 1
  return {
    sight: sightOf(
      run,
      [at, at],
      { usual, most, ratio: most / usual },
      `the gradient norm reached ${shown(most)} at step ${at}, ${shown(most / usual)} times its median, and ` +
        `training never recovered`,
    ),
    cause: 'A few steps with huge gradients moved the weights to a region where training stalls.',
    moves: [
      { lever: 'learningRate', change: 'lower it to a third', to: { times: 1 / 3 } },
      { lever: 'clipNorm', change: `clip at ${shown(usual)}, the median of the norms`, to: { value: usual } },
      { lever: null, change: 'standardize the inputs, or initialize with smaller weights' },
    ],
  }
}

const rate: Move = {
  lever: 'learningRate',
  change: 'lower it to a third: a single large step can kill units',
  to: { times: 1 / 3 },
}

const upstream = (run: Reading): Symptom['moves'] => reviving(run, rate, livelyLayout(run, 'initialize for the activation'))

function vanishes(run: Reading, norms: readonly number[]): Symptom | undefined {
  const first = median(norms.slice(0, 5))
  const later = median(norms.slice(Math.floor(norms.length / 2)))
  const zero = norms.filter((n) => n <= 1e-7 * Math.max(first, 1e-12)).length / norms.length
  if (zero < zeroShare && later > vanished * first) return undefined
  return {
    sight: sightOf(
      run,
      [Math.floor(norms.length / 2) + 1, lastStep(run)],
      { first, later, zeroShare: zero },
      `the gradient norm fell from ${shown(first)} to ${shown(later)} while the training loss stayed at ${shown(run.end)}`,
    ),
    cause: 'No gradient flows back: units are dead or saturated.',
    moves: upstream(run),
  }
}

/** One answer for all rows, and a gradient that the output's bias alone can explain: the layers below get nothing. */
function constant(run: Reading, norms: readonly number[]): Symptom | undefined {
  const { context, curve, trained } = run
  const later = trained.slice(Math.floor(trained.length / 2))
  const same = later.filter((t) => predictsConstant(t.point.train, context.classes)).length
  if (later.length < 2 || same < 0.8 * later.length) return undefined
  const norm = median(norms.slice(Math.floor(norms.length / 2)))
  const first = median(norms.slice(0, 5))
  const sampling =
    context.classes === null || curve.levers === null ? NaN : biasNoise(context.classes, curve.levers.batching)
  if (!(norm <= outputOnly * sampling || norm <= 0.2 * first)) return undefined
  return {
    sight: sightOf(
      run,
      [later[0]?.step ?? 1, lastStep(run)],
      { norm, firstNorm: first, constantEvaluations: same },
      `the model predicts the same for all rows in ${same} of the last ${later.length} evaluations, and the ` +
        `gradient norm is ` +
        `${shown(norm)} after ${shown(first)} at the start: no more than an output bias alone produces`,
    ),
    cause: 'The hidden units are dead or saturated: they give the same output for every input.',
    moves: upstream(run),
  }
}

/** A constant prediction has full recall for one class and none for the others; for regression it explains nothing. */
function predictsConstant(train: Reading['trained'][number]['point']['train'], classes: number | null): boolean {
  if (classes !== null) return train.balancedAccuracy !== null && Math.abs(train.balancedAccuracy - 1 / classes) < 1e-3
  return train.loss !== null && train.constantLoss !== null && Math.abs(train.loss / train.constantLoss - 1) < 0.05
}

/** Norm of the mean of p − y over a batch, where p are the frequencies of equally frequent classes. */
const biasNoise = (
  classes: number,
  { batchSize, accumulate }: { readonly batchSize: number; readonly accumulate: number },
): number => Math.sqrt((1 - 1 / classes) / (batchSize * accumulate))
