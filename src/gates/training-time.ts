import { differences } from '../base/numbers.ts'
import type { TrainingTime } from '../dsl/tuning.gen.ts'
import type { GateRule } from '../records/gates.ts'
import type { RunTime } from '../records/run.ts'
import { pooledSd, sampleSd } from '../stats/describe.ts'
import { differenceInterval, type Interval } from '../stats/intervals.ts'
import { seedsNeeded } from '../stats/power.ts'
import type { GateDefinition } from './definition.ts'
import type { GateEvidence, SeedEvidence } from './evidence.ts'
import { inconclusive, nothingMeasured, type Finding, type Judged } from './finding.ts'
import { pairsOf } from './metric-rule.ts'
import { power } from './power.ts'
import { shared } from './schema.ts'
import { withoutBaseline } from './missing-data.ts'
import { intervalWords, seedList, shown, signed, timesBaseline } from './words.ts'

/** A run takes at most this many times as long as the baseline's, by the t interval of the log ratio. */
export interface TrainingTimeRule extends GateRule {
  readonly gate: 'training-time'
  readonly maxRatio: number
}

/**
 * One-sided error probability of each bound. There is one analysis: the clock does not decide how many seeds are trained.
 */
const alpha = 0.05
const retrain =
  'Retrain the baseline with the candidate: --baseline retrain, or --base-spec SPEC for another model; in the action, ' +
  '`baseline: retrain`.'

/**
 * Tests that a run takes at most `maxRatio` times as long as a run of the baseline, by the t interval of the difference of
 * mean logarithms. Its exponential is the ratio of geometric means. Pass if the whole interval is at most the limit, fail if
 * the whole interval is above it, else inconclusive. Seconds are compared only if both sides trained on one machine; a lock
 * stores none.
 */
export const trainingTime: GateDefinition<TrainingTimeRule, TrainingTime> = {
  name: 'training-time',
  schema: {
    summary: "Training time stays within a multiple of the baseline's, which is retrained on the same machine.",
    example: { maxRatio: 1.2 },
    description: 'Rule of the training-time gate, judged by the interval of the ratio.',
    required: ['maxRatio'],
    properties: {
      maxRatio: {
        title: 'Ratio',
        description:
          "Maximum training time, as a multiple of the baseline's. A lock holds no times, so retrain the baseline.",
        type: 'number',
        exclusiveMinimum: 0,
        default: 1.2,
      },
      onInconclusive: shared.onInconclusive,
    },
  },
  restsOnTime: true,
  rules: ({ maxRatio, onInconclusive = 'fail' }) => [{ gate: 'training-time', onInconclusive, maxRatio }],
  needsBaseline: () => true,
  measures: () => null,
  subject: () => 'training time',
  neutral: () => 1,
  limitKey: () => 'maxRatio',
  judge,
  powerCheck(_, { baseline }) {
    if (!baseline || !('source' in baseline)) return null
    return {
      code: 'not-comparable',
      message: 'the training-time gate cannot be decided against a lock, and will be inconclusive',
      found: `${baseline.source}, which holds no times`,
      hint: 'retrain the baseline with the candidate: --baseline retrain or --base-spec; in the action, `baseline: retrain`',
    }
  },
  question: ({ maxRatio }) => `Is it shown that training takes at most ${shown(maxRatio)} times as long as the baseline's?`,
  passingLimits: (_, { upper }) => `These runs would pass with any limit at or above ${signed(upper)}.`,
  requirement: ({ maxRatio }) => `at most ${timesBaseline(maxRatio)}`,
  planLimit: ({ maxRatio }) => `at most ${maxRatio} × the baseline's`,
  seedDots: (_, sides) => pairsOf(sides).map(([own, base]) => own / base),
  seedDotsCaption: 'per-seed ratios',
}

function judge(rule: TrainingTimeRule, evidence: GateEvidence): Judged {
  const { baseline, candidate } = evidence
  const finding = baseline === null ? withoutBaseline(null, evidence) : decide(rule, candidate, baseline)
  const seconds = (seeds: readonly SeedEvidence[]): (number | null)[] => seeds.map((s) => timed(s)?.seconds ?? null)
  const sides = { candidate: seconds(candidate), baseline: baseline && seconds(baseline.runs) }
  return { limit: rule.maxRatio, sides, finding: { ...finding, notes: [...finding.notes, ...(baseline?.notes ?? [])] } }
}

/** The time of a run that went its full length. A diverged run ended early. */
const timed = ({ status, time }: SeedEvidence): RunTime | undefined =>
  status === 'complete' && time !== undefined && time.seconds > 0 && Number.isFinite(time.seconds) ? time : undefined

type Baseline = NonNullable<GateEvidence['baseline']>

function decide(rule: TrainingTimeRule, candidate: readonly SeedEvidence[], baseline: Baseline): Finding {
  const early = unfinished(candidate) ?? incomparable(candidate, baseline)
  if (early) return early
  const bySeed = new Map(baseline.runs.map((s) => [s.seed, s]))
  const pairs = candidate.flatMap((c) => {
    const b = bySeed.get(c.seed)
    return b && timed(b) ? [{ c, b }] : []
  })
  const all = pairs.length === candidate.length
  if (all && pairs.every(({ b, c }) => b.weights !== null && b.weights === c.weights))
    return unchanged(rule, baseline.source)
  const logs = (seeds: readonly SeedEvidence[]): number[] => seeds.flatMap((s) => timed(s)?.seconds ?? []).map(Math.log)
  return all && baseline.alternated
    ? weigh(rule, baseline.source, logs(pairs.map((p) => p.c)), logs(pairs.map((p) => p.b)), true)
    : weigh(rule, baseline.source, logs(candidate), logs(baseline.runs), false)
}

function unfinished(candidate: readonly SeedEvidence[]): Finding | undefined {
  const without = candidate.filter((s) => s.status !== 'complete').map((s) => s.seed)
  if (without.length > 0) {
    return nothingMeasured(
      `The candidate did not finish on ${seedList(without)}, so its training time is unknown.`,
      'Make sure that every seed finishes.',
    )
  }
  if (candidate.length >= 2) return undefined
  return inconclusive(
    'The spread of the times cannot be estimated from fewer than 2 runs.',
    'Run the verify stage with 5 or more seeds.',
  )
}

function incomparable(candidate: readonly SeedEvidence[], { runs, source }: Baseline): Finding | undefined {
  if (runs.every((s) => s.time === undefined)) {
    return inconclusive(
      `The baseline (${source}) holds no times, and seconds from another run say nothing about the model.`,
      retrain,
    )
  }
  const times = [...candidate, ...runs].flatMap((s) => timed(s) ?? [])
  if (candidate.some((s) => !timed(s)) || runs.filter(timed).length < 2) {
    return inconclusive('There are too few runs with times to compare.', retrain)
  }
  const machines = [...new Set(times.map((t) => t.machine ?? 'a machine that was not recorded'))]
  if (machines.length === 1 && times.every((t) => t.machine !== undefined)) return undefined
  return inconclusive(
    `The runs were not timed on one machine (${machines.join('; ')}), so a ratio of their times would compare the machines.`,
    'Train everything again on one machine, with --fresh and the same --workers; in a workflow, verify in one job.',
  )
}

const what = 'ratio of training times'

/** The very same training: any difference in seconds comes from the machine. */
function unchanged({ maxRatio }: TrainingTimeRule, source: string): Finding {
  const passes = maxRatio >= 1
  return {
    status: passes ? 'pass' : 'fail',
    sentence:
      `On all seeds, the candidate ends with exactly the weights of ${source}: the same training, so the ${what} is exactly 1` +
      (passes ? '.' : `, above the limit ${shown(maxRatio)}.`),
    estimate: { what, value: 1, lower: 1, upper: 1, level: 1 },
    remedy: null,
    notes: [],
  }
}

function weigh(
  rule: TrainingTimeRule,
  source: string,
  candidate: readonly number[],
  baseline: readonly number[],
  paired: boolean,
): Finding {
  const found = differenceInterval(candidate, baseline, { paired, alpha })
  if (found.kind === 'undefined')
    return inconclusive(`The ${what} against ${source} has no interval: ${found.reason}.`, 'Look at the per-seed times.')
  const [value, lower, upper] = [found.estimate, found.lower, found.upper].map(Math.exp) as [number, number, number]
  if (!(lower > 0 && Number.isFinite(upper))) {
    return inconclusive(
      `The times of ${source} and the candidate are too far apart for a ratio.`,
      'Look at the per-seed times: the time that a machine sleeps counts as training.',
    )
  }
  const status = upper <= rule.maxRatio ? 'pass' : lower > rule.maxRatio ? 'fail' : 'inconclusive'
  const outcome = { pass: 'entirely at or below', fail: 'entirely above', inconclusive: 'the interval spans' }[status]
  const seconds = (logs: readonly number[]): string =>
    `${shown(Number(Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length).toPrecision(3)))} s`
  const method = paired
    ? `paired over ${candidate.length} seeds`
    : `unpaired, ${baseline.length} against ${candidate.length} seeds`
  return {
    status,
    estimate: { what, value, lower, upper, level: found.level },
    sentence:
      `The ${what} against ${source} is ${shown(value)} (${intervalWords({ lower, upper, level: found.level })}; ${method}; ` +
      `${seconds(candidate)} per run against ${seconds(baseline)}): ${outcome} the limit ${shown(rule.maxRatio)}.`,
    ...(status === 'inconclusive' ? moreSeeds(rule, found, candidate, baseline, paired) : { remedy: null }),
    notes: paired
      ? []
      : [
          'The two sides were timed one after the other, not interleaved: a change in machine load would count as a difference.',
        ],
  }
}

function moreSeeds(
  { maxRatio }: TrainingTimeRule,
  { estimate }: Interval,
  candidate: readonly number[],
  baseline: readonly number[],
  paired: boolean,
): Pick<Finding, 'remedy' | 'seedsToSettle' | 'settled'> {
  const sd = paired ? sampleSd(differences(candidate, baseline)) : pooledSd([candidate, baseline]).sd
  const needed = seedsNeeded({ effect: Math.abs(Math.log(maxRatio) - estimate), sd, alpha, power, paired })
  const n = needed.kind === 'seeds' && needed.seeds > candidate.length ? needed.seeds : null
  const remedy =
    n === null
      ? 'The ratio is too close to the limit, or the times vary too much: time it on a quiet machine, or move the limit.'
      : `About ${n} seeds per side would settle it in 4 of 5 cases if times vary as estimated: raise the verify seeds.`
  return { remedy, seedsToSettle: n, settled: true }
}
