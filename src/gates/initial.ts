import type { MetricName, Task } from '../records/metrics.ts'
import { taskOf } from '../records/tasks.ts'
import { mean } from '../stats/describe.ts'
import { sigmaInterval } from '../stats/intervals.ts'
import { exactShareBounds } from '../stats/shares.ts'
import { resolvableCap, resolvableEffect } from '../stats/power.ts'
import { analysisAt } from './evidence.ts'
import { power } from './power.ts'

/** What `init` knows when it writes gates. */
export interface InitialFacts {
  readonly task: Task
  /** Number of test rows, or about as many. */
  readonly testRows: number
  /** Number of classes, at least 2, which is that of a label; null for a regression. */
  readonly classes: number | null
  /** SD of the target, above 0; null for a classification, or if it is unknown. */
  readonly targetSd: number | null
  /** Verification seeds per side. */
  readonly seeds: number
  readonly pilot: Pilot | null
}

/** A few trainings of the spec's own model, measured on validation rows. */
export interface Pilot {
  /** Epochs of each training, and those that the spec has. */
  readonly epochs: number
  readonly of: number
  readonly measured: readonly PilotMetric[]
  /** Mean over the seeds of the metric by which a collapse shows; see `usual` of a task. */
  readonly usual: number
}

export interface PilotMetric {
  readonly metric: MetricName
  /** One value per seed, at least 2. */
  readonly seeds: readonly number[]
  /** SD over rows of one row's contribution, whose mean is the metric; a mean over the seeds. */
  readonly rowSd: number
}

/** One gate of a new spec. */
export interface InitialGate {
  /** How its limit was chosen, for a comment. */
  readonly why: string
  /** As YAML, without the dash. */
  readonly text: string
  /** It is only a proposal: nobody but the user knows its limit. */
  readonly proposal?: true
}

/**
 * Gates for a study that has no noise to judge by yet. Besides the metric that people read, they hold a proper score on the
 * test rows: accuracy does not see a model that is certain where it is wrong.
 *
 * A margin is the larger of two sizes: the standard error of the metric on that many test rows, because a smaller loss
 * cannot be told from the luck of the rows, and the loss that the verification seeds resolve. Without a pilot, the first is
 * doubled, and a least size stands in for the second.
 */
export function initialGates(facts: InitialFacts): readonly InitialGate[] {
  const { initial, isCalibrated, right } = taskOf(facts.task)
  const [main, proper] = initial
  const gate = isCalibrated ? 'calibration' : 'regression'
  const level = right === null ? 'min: 0.8' : 'min: 0.9'
  const margins = { main: marginOf(main, facts), proper: marginOf(proper, facts) }
  const cap = capOf(main, proper, facts)
  return [
    { why: cap.why, text: `seed-variance: { metric: ${cap.metric}, split: test, maxStd: ${cap.limit} }` },
    { why: margins.main.why, text: `regression: { metric: ${main}, split: test, margin: ${margins.main.limit} }` },
    { why: margins.proper.why, text: `${gate}: { metric: ${proper}, split: test, margin: ${margins.proper.limit} }` },
    ...collapseOf(facts),
    {
      why: 'A level that the winner must reach, if you have one:',
      text: `threshold: { metric: ${main}, split: test, ${level} }`,
      proposal: true,
    },
  ]
}

/** With less than this share of what lies between a guess and a perfect model, a collapse cannot be told from a usual end. */
const leastSkill = 0.2

/** A level halfway between a constant guess and the pilot, and the share that as many seeds show if all of them train. */
function collapseOf({ task, classes, seeds, pilot }: InitialFacts): InitialGate[] {
  if (!pilot) return []
  const { usual: metric, guessLevel } = taskOf(task)
  const guess = guessLevel(classes ?? 2)
  if (!((pilot.usual - guess) / (1 - guess) >= leastSkill)) return []
  const level = Number(((guess + pilot.usual) / 2).toPrecision(2))
  const { alpha } = analysisAt([seeds], seeds)
  const maxShare = upward(exactShareBounds(0, seeds, alpha).upper)
  return [
    {
      why:
        `A seed has collapsed where it ends halfway to a constant guess (${metric} ${text(guess)}, pilot ${text(pilot.usual)}). ` +
        `${seeds} seeds that all train leave shares below ${maxShare} open.`,
      text: `collapse: { metric: ${metric}, split: test, level: ${level}, maxShare: ${maxShare} }`,
    },
  ]
}

interface Limit {
  readonly limit: number
  readonly why: string
}

function marginOf(metric: MetricName, facts: InitialFacts): Limit {
  const { testRows, seeds, pilot } = facts
  const found = pilot?.measured.find((m) => m.metric === metric)
  if (!pilot || !found) return withoutPilot(metric, facts)
  const error = found.rowSd / Math.sqrt(testRows)
  const { alpha } = analysisAt([seeds], seeds)
  const sd = likelySd(found.seeds)
  const resolved = resolvableEffect({ seeds, sd, alpha, power }) ?? 0
  const { least, leastWords } = scaleOf(metric, facts)
  const limit = upward(Math.max(error, resolved, least))
  const parts = [
    `standard error on ${testRows} test rows ${text(error)}`,
    sd > 0 ? `${seeds} seeds resolve ${text(resolved)}` : 'no spread over seeds',
    ...(least > Math.max(error, resolved) ? [`at least ${leastWords}`] : []),
  ]
  return { limit, why: `${pilotWords(found, pilot)}; ${parts.join('; ')}.` }
}

function pilotWords({ metric, seeds }: PilotMetric, { epochs, of }: Pilot): string {
  const cut = epochs < of ? ` (${epochs} of ${of} epochs)` : ''
  return `Pilot: validation ${metric} ${text(mean(seeds))} over ${seeds.length} seeds${cut}`
}

/** Seeds lie as close together as the verification can tell, or as close as test rows can. */
function capOf(main: MetricName, proper: MetricName, facts: InitialFacts): Limit & { readonly metric: MetricName } {
  const { testRows, seeds, pilot } = facts
  const candidates = pilot?.measured.filter(({ seeds: values }) => likelySd(values) > 0) ?? []
  const found = candidates.find((m) => m.metric === main) ?? candidates.find((m) => m.metric === proper)
  if (!pilot || !found) {
    const reason = pilot ? 'The pilot shows no spread over seeds' : 'No pilot'
    return { metric: main, limit: 0.05, why: `${reason}: a usual limit for the SD of ${main}.` }
  }
  const error = found.rowSd / Math.sqrt(testRows)
  const { spreadAlpha } = analysisAt([seeds], seeds)
  const resolved = resolvableCap({ seeds, sd: likelySd(found.seeds), alpha: spreadAlpha, power }) ?? 0
  const { least } = scaleOf(found.metric, facts)
  const parts = [
    `${seeds} seeds settle an SD below ${text(resolved)}`,
    `standard error on ${testRows} test rows ${text(error)}`,
  ]
  const limit = upward(Math.max(error, resolved, least))
  return { metric: found.metric, limit, why: `${pilotWords(found, pilot)}; ${parts.join('; ')}.` }
}

/** Few seeds can understate their spread by half. Four in five times the true SD is below this; 0 for equal values. */
function likelySd(values: readonly number[]): number {
  const found = sigmaInterval(values, 0.6)
  return found.kind === 'interval' ? found.upper : 0
}

/** Two standard errors of a usual model, and a least margin, since the noise of seeds is unknown. */
function withoutPilot(metric: MetricName, facts: InitialFacts): Limit {
  const { usual, rowSd, guessed } = scaleOf(metric, facts)
  const error = (2 * rowSd) / Math.sqrt(facts.testRows)
  const errors = `two standard errors on ${facts.testRows} test rows are ${text(error)} for ${usual}`
  return { limit: upward(Math.max(error, guessed)), why: `No pilot: ${errors}; at least ${text(guessed)}.` }
}

/** Sizes in the units of a metric. */
interface Scale {
  /** SD over rows of one row's contribution for a usual model, and that model in words. */
  readonly rowSd: number
  readonly usual: string
  /** Below this a difference means nothing, whatever the noise, and what it is in words. */
  readonly least: number
  readonly leastWords: string
  /** The least margin if the noise of seeds is unknown. */
  readonly guessed: number
}

function scaleOf(metric: MetricName, { testRows, classes, targetSd }: InitialFacts): Scale {
  const [chance, sd] = [Math.log(classes ?? 2), targetSd ?? 1]
  switch (metric) {
    case 'accuracy':
    case 'subsetAccuracy':
      return { rowSd: 0.3, usual: 'an accuracy of 0.9', least: 1 / testRows, leastWords: 'one test row', guessed: 0.02 }
    case 'nll':
      return {
        rowSd: chance / 2,
        usual: `losses that vary by half of ln ${classes ?? 2}, the nll of equal probabilities`,
        least: chance / 100,
        leastWords: `a hundredth of ln ${classes ?? 2}, the nll of equal probabilities`,
        guessed: chance / 20,
      }
    case 'mae':
      // Normal errors with half of the target's variance: |e| has an SD of √(1/2 − 1/π) times the target's.
      return {
        rowSd: Math.sqrt(0.5 - 1 / Math.PI) * sd,
        usual: 'normal errors and an r2 of 0.5',
        least: sd / 100,
        leastWords: "a hundredth of the target's SD",
        guessed: sd / 20,
      }
    default:
      // The same errors: e² over the variance has an SD of √2 / 2.
      return { rowSd: Math.SQRT1_2, usual: 'normal errors and an r2 of 0.5', least: 0.01, leastWords: '0.01', guessed: 0.05 }
  }
}

/** Two significant digits, rounded up: a limit never falls below what it rests on. */
function upward(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1)
  return Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(2))
}

const text = (value: number): string => String(Number(value.toPrecision(2)))
