import { numberAt } from '../../base/numbers.ts'
import { fUpperTail } from '../../stats/distributions.ts'
import { mean } from '../../stats/describe.ts'
import { shown } from '../../stats/outcome.ts'
import { lastStep, type Reading } from '../reading.ts'
import { sightOf, type RuleDefinition, type Symptom } from './definition.ts'

const leastEpochs = 3
const leastSteps = 4
/** Probability that shuffled epochs show as much agreement. */
const alpha = 0.001
/**
 * Kendall's W, the share of the ranks' variance that all epochs have in common. Over hundreds of epochs tiny patterns are
 * significant: a model that has memorized its rows remembers best those seen last, at the start of an epoch.
 */
const leastAgreement = 0.2

/**
 * The loss repeats with the epoch: it is high at the same positions of each. If rows are shuffled, every order of the steps
 * within an epoch is equally likely. Friedman's test (1937) on the ranks, in Iman and Davenport's form (1980), tests that.
 * The jump from the last step of an epoch to the first of the next is ranked against all other adjacent pairs.
 */
export const epochBoundaries: RuleDefinition = {
  name: 'epoch-boundaries',
  title: 'The loss jumps at epoch boundaries',
  summary: 'The loss is high and low at the same steps of every epoch, more than shuffled rows explain.',
  quorum: 'most',
  least: { steps: leastEpochs * leastSteps },
  look(run) {
    const epochs = byEpoch(run)
    if (epochs === undefined) return undefined
    const { p, w } = agreement(epochs)
    if (!(p < alpha && w >= leastAgreement)) return undefined
    const { jump, rank } = boundaryJump(epochs)
    return {
      sight: sightOf(
        run,
        [1, lastStep(run)],
        { pValue: p, agreement: w, epochs: epochs.length, boundaryJump: jump, rank },
        sentence(epochs, p, jump, rank),
      ),
      ...advice(run),
    }
  },
}

function sentence(epochs: readonly (readonly number[])[], p: number, jump: number, rank: number): string {
  const phases = epochs[0]?.length ?? 0
  return (
    `over ${epochs.length} epochs of ${phases} steps, the loss is high and low at the same steps (p ` +
    `${shown(p)}); from one epoch to the next it ` +
    `changes by ${shown(jump)} on average, rank ${rank} of ${phases} among all pairs of neighboring steps`
  )
}

function advice(run: Reading): Omit<Symptom, 'sight'> {
  const {
    steps,
    curve: { stepsPerEpoch },
  } = run
  const changes = steps.slice(1).flatMap((s, i) => {
    const [before, after] = [steps[i]?.learningRate ?? null, s.learningRate]
    return before !== null && after !== null && (after > 1.5 * before || before > 1.5 * after) ? [s.step] : []
  })
  const atBoundaries = changes.filter((step) => stepsPerEpoch !== null && (step - 1) % stepsPerEpoch === 0)
  if (atBoundaries.length >= 3) {
    return {
      cause: 'The learning rate jumps at epoch boundaries.',
      moves: [
        { lever: 'schedule', change: 'use a smoother decay, such as cosine', to: { value: 'cosine' } },
        { lever: 'finalFraction', change: 'raise it, for a smaller jump' },
      ],
    }
  }
  return {
    cause: 'Rows are sorted, or in the same order in every epoch: neighboring batches are alike, and the rest is forgotten.',
    moves: [
      { lever: null, change: 'reshuffle the training rows in every epoch' },
      { lever: 'schedule', change: 'use a smoother decay, such as cosine', to: { value: 'cosine' } },
    ],
  }
}

/** Detrended losses, one row per epoch; undefined if epochs are too few, too short or unknown. */
function byEpoch({ steps, curve }: Reading): number[][] | undefined {
  const { stepsPerEpoch } = curve
  // Every step must be there, or positions in the epoch would be wrong.
  if (
    steps.at(-1)?.step !== steps.length ||
    curve.status === 'diverged' ||
    stepsPerEpoch === null ||
    stepsPerEpoch < leastSteps ||
    steps[0]?.step !== 1
  )
    return undefined
  const losses = withoutCourse(
    steps.map((s) => s.loss),
    stepsPerEpoch,
  )
  const count = Math.floor(losses.length / stepsPerEpoch)
  if (count < leastEpochs) return undefined
  return Array.from({ length: count }, (_, e) => losses.slice(e * stepsPerEpoch, (e + 1) * stepsPerEpoch))
}

/** Up to this many additions, every window is summed separately; beyond that from prefix sums, which round. */
const mostAdditions = 10_000_000

/** Minus the mean of one epoch around each step, so that a loss that falls within epochs is no pattern of theirs. */
function withoutCourse(losses: readonly number[], window: number): number[] {
  const half = Math.floor(window / 2)
  const meanOf =
    losses.length * window <= mostAdditions
      ? (from: number, to: number): number => mean(losses.slice(from, to))
      : meansFromSums(losses)
  return losses.map((loss, i) => {
    const reach = Math.min(half, i, losses.length - 1 - i)
    return loss - meanOf(i - reach, i + reach + 1)
  })
}

function meansFromSums(values: readonly number[]): (from: number, to: number) => number {
  const sums = new Float64Array(values.length + 1)
  values.forEach((value, i) => {
    sums[i + 1] = (sums[i] ?? 0) + value
  })
  return (from, to) => ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from)
}

/** Friedman's test and Kendall's W of rows of equal length, one per epoch. Oracle: `scipy.stats.friedmanchisquare`. */
export function agreement(epochs: readonly (readonly number[])[]): { readonly p: number; readonly w: number } {
  const [n, k] = [epochs.length, epochs[0]?.length ?? 0]
  const ranked = epochs.map(ranks)
  const sums = Array.from({ length: k }, (_, phase) => ranked.reduce((sum, r) => sum + numberAt(r, phase), 0))
  const chi = (12 / (n * k * (k + 1))) * sums.reduce((sum, s) => sum + s * s, 0) - 3 * n * (k + 1)
  const w = chi / (n * (k - 1))
  return { w, p: fUpperTail(((n - 1) * w) / Math.max(1 - w, 1e-9), k - 1, (k - 1) * (n - 1)) }
}

/** Ranks from 1; equal values share their mean rank. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const found = new Array<number>(values.length).fill(0)
  for (let from = 0, to = 0; from < order.length; from = to) {
    to = from + 1
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++
    for (const i of order.slice(from, to)) found[i] = from + (to - from + 1) / 2
  }
  return found
}

/** Mean change from each position of an epoch to the next; the last one leads into the next epoch. */
function boundaryJump(epochs: readonly (readonly number[])[]): { readonly jump: number; readonly rank: number } {
  const all = epochs.flat()
  const k = epochs[0]?.length ?? 1
  const changes = Array.from({ length: k }, (): number[] => [])
  for (let i = 1; i < all.length; i++) changes[i % k]?.push(numberAt(all, i) - numberAt(all, i - 1))
  const jumps = changes.map(mean)
  const jump = jumps[0] ?? NaN
  return { jump, rank: jumps.filter((j) => j > jump).length + 1 }
}
