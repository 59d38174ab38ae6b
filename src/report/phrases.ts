import { enumerated } from '../base/lists.ts'
import type { LeverValue } from '../records/levers.ts'
import { gateOf, needsBaseline } from '../gates/index.ts'
import { leastEffectNote, tooLittle } from '../gates/least-effect.ts'
import type { MetricComparison } from '../gates/verification.ts'
import { capitalized } from '../gates/words.ts'
import type { GateRule } from '../records/gates.ts'
import { isReported, titleOf, type MetricName } from '../records/metrics.ts'
import type { GateVerdict } from '../records/verdict.ts'
import { taskOf } from '../records/tasks.ts'
import type { Report, StageReport } from './model.ts'
import { directionOf, duration, gainAndInterval, meanAndSd, plural, short, whole } from './numbers.ts'
import { resultsHeadline } from './results.ts'
import { headlineComparison, isResults, judgedSide, objectiveOn } from './sides.ts'

// Sentences that Markdown and HTML share. They are plain text: each renderer escapes them in its own way.

/** The finding in one or two sentences, below the verdict: what was measured first, then what it took. */
export function headline(report: Report): string {
  if (isResults(report)) return resultsHeadline(report)
  const { levers, runs, study } = report
  const moved =
    levers.changes.length === 0
      ? 'No lever moved'
      : `${plural(levers.changes.length, 'lever')} moved (${movesText(levers.changes)})`
  const base = `${moved}, ${plural(runs.length, 'run')} on ${study.engine}.`
  const told = headlineComparison(report)
  if (!told) return `${base} No levers were verified on unseen seeds.`
  const all = report.verification?.seeds.length ?? 0
  const { mean, sd, seeds } = told.candidate
  const over =
    seeds < all
      ? `${seeds} of ${plural(all, 'unseen seed')} (on the others, the winner did not finish)`
      : plural(seeds, 'unseen seed')
  const values = `${capitalized(told.split)} ${told.metric} ${meanAndSd(mean, sd)} over ${over}`
  if (told.claim === 'identical') return `${values}, the same as with the declared levers. ${base}`
  return `${values}, against ${meanAndSd(told.baseline.mean, told.baseline.sd)} with the declared levers: ${claimText(told)}. ${base}`
}

/** The most levers whose values a sentence bears. */
const mostValues = 3

/** `learningRate from 0.001 to 0.01`; of many levers, the names. */
const movesText = (changes: Report['levers']['changes']): string =>
  changes
    .map(({ lever, from, to }) =>
      changes.length > mostValues ? lever : `${lever} from ${leverText(from)} to ${leverText(to)}`,
    )
    .join(', ')

/** `better by more than noise (gain +0.0123)`. */
function claimText({ claim, gain, least }: MetricComparison): string {
  const words = {
    better: 'better by more than noise',
    worse: 'worse by more than noise',
    negligible: `better by more than noise, but ${tooLittle(least)}`,
    'not-distinguishable': 'not distinguishable',
    identical: 'the same on every seed',
    undecidable: 'no improvement can be claimed',
  }[claim]
  if (!gain || claim === 'identical') return words
  const { gain: value, interval } = gainAndInterval(gain)
  // Two means with small SDs over seeds look apart where the choice of the rows is the larger noise.
  return `${words} (gain ${value}${claim === 'not-distinguishable' ? `, interval ${interval}` : ''})`
}

/**
 * What the metric of the headline is, and how the objective did if the headline tells another metric. Every reader knows
 * accuracy.
 */
export function metricSentences(report: Report): string[] {
  const told = headlineComparison(report)
  const objective = objectiveOn(report, told?.split ?? 'test')
  if (!told) return []
  if (!objective || objective.metric === told.metric) return explained(told.metric, report.study)
  const { baseline, candidate, split, metric } = objective
  const from = `${meanAndSd(baseline.mean, baseline.sd)} to ${meanAndSd(candidate.mean, candidate.sd)}`
  const moves =
    objective.claim === 'identical'
      ? `the objective, stays at ${meanAndSd(candidate.mean, candidate.sd)}`
      : `the objective, goes from ${from}: ${claimText(objective)}`
  return [
    ...explained(told.metric, report.study),
    `${capitalized(split)} ${metric}, ${moves}.`,
    ...explained(metric, report.study),
  ]
}

/** `3 classes`, `2 labels, each yes or no`, `one number to predict`. */
export const predictedText = ({ study, data: { classes, targets } }: Pick<Report, 'study' | 'data'>): string =>
  taskOf(study.task).predicts((classes ?? targets ?? ['']).length)

/** Metrics that gates judge and that nothing above the gates has explained. */
function gateMetricSentences(report: Report): string[] {
  const told = headlineComparison(report)
  const objective = told && objectiveOn(report, told.split)
  const known = new Set([told?.metric, objective?.metric])
  const judged = report.verdict.gates.flatMap(({ rule }) => gateOf(rule).measures(rule)?.metric ?? [])
  return [...new Set(judged)].filter((metric) => !known.has(metric)).flatMap((metric) => explained(metric, report.study))
}

/** `nll: mean negative log-likelihood of the correct class; lower is better.` */
export const explained = (metric: MetricName, { task }: Pick<Report['study'], 'task'>): string[] =>
  metric === 'accuracy' || isReported(metric) ? [] : [`${metric}: ${titleOf(metric, task)}; ${directionOf(metric)}.`]

/** A gate in a few words: `regression: test accuracy worse by less than 0.01`. */
export const ruleText = (rule: GateRule): string => `${rule.gate}: ${gateOf(rule).requirement(rule)}`

/** What a reader must see first: a fail, then what blocks, then what is open, then what passes. Ties keep their order. */
export function byUrgency(gates: readonly GateVerdict[]): { readonly gate: GateVerdict; readonly position: number }[] {
  const order = ({ status, blocks }: GateVerdict): number => (status === 'fail' ? 0 : blocks ? 1 : status === 'pass' ? 3 : 2)
  return gates.map((gate, position) => ({ gate, position })).sort((a, b) => order(a.gate) - order(b.gate))
}

/** The gate with its question; in a few words if an older version wrote the report. */
export const askText = ({ rule, asks }: GateVerdict): string =>
  asks === undefined ? ruleText(rule) : `${rule.gate}: ${asks}`

/** What would settle an inconclusive verdict, and whether seeds would; empty for a settled verdict. */
export function settleText({ status, remedy, settled, seedsToSettle = null }: GateVerdict): string {
  if (status !== 'inconclusive' || remedy === null) return ''
  return settled === true && seedsToSettle === null ? `${remedy} More candidate seeds would not settle it.` : remedy
}

/** The same beside a gate in a report, whose first section lists it for gates that block. */
export const settleBeside = (gate: GateVerdict): string => (gate.blocks ? '' : settleText(gate))

/** What gates that compare are held against, and metrics of gates that nothing above them has explained. */
export function gatesNote(report: Report): string {
  const { verdict, against } = report
  const names = [...new Set(verdict.gates.filter((g) => needsBaseline(g.rule)).map((g) => g.rule.gate))]
  const held =
    against === null || names.length === 0
      ? []
      : [`${capitalized(enumerated(names))} ${names.length > 1 ? 'are' : 'is'} measured against ${against}.`]
  return [...held, ...gateMetricSentences(report)].join(' ')
}

export const leverText = (value: LeverValue): string =>
  value === null ? 'off' : typeof value === 'number' ? short(value) : String(value)

/** The objective of every verification seed on both sides; a run that did not complete says how it ended. */
export function seedRows(report: Report): {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
} {
  const { objective } = report.study
  const judged = judgedSide(report)
  const header = [
    'Seed',
    ...(['validation', 'test'] as const).flatMap((split) => [
      `Baseline ${split} ${objective}`,
      `${judged} ${split} ${objective}`,
    ]),
    'Same weights',
  ]
  const rows = (report.verification?.seeds ?? []).map(({ seed, baseline, candidate }, i) => [
    `${i + 1} (${seed})`,
    ...(['validation', 'test'] as const).flatMap((split) =>
      [baseline, candidate].map((run) => {
        const value = run[split]?.[objective]
        return value === undefined ? (run.status === 'complete' ? '–' : run.status) : short(value)
      }),
    ),
    baseline.weights !== null && baseline.weights === candidate.weights ? 'yes' : 'no',
  ])
  return { header, rows }
}

/** The winner's averaged weights beside its own, with a note on what they are; no rows if no run kept an average. */
export function averagedRows({ verification }: Report): {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly note: string
} {
  const found = verification?.averaged ?? []
  return {
    header: ['Split', 'Metric', "Winner's weights", 'Averaged', 'Gain (95 %)'],
    rows: found.map((a) => [
      a.split,
      a.metric,
      meanAndSd(a.weights.mean, a.weights.sd),
      meanAndSd(a.averaged.mean, a.averaged.sd),
      a.gain === null ? '–' : `${gainAndInterval(a.gain).gain} (${gainAndInterval(a.gain).interval})`,
    ]),
    note:
      `${found.at(-1)?.sentence ?? ''} The average covers about the last tenth of a run and costs no further training. ` +
      'No stage and no gate uses it.',
  }
}

/** `22 runs, 1 of them an earlier stage's`: stages share runs of the same levers and seed, so their counts add up to more. */
export function stageRuns({ stage, runs }: StageReport, { stages }: Pick<Report, 'stages'>): string {
  const at = stages.findIndex((other) => other.stage === stage)
  const earlier = new Set(stages.slice(0, at).flatMap((other) => other.runs))
  const shared = runs.filter((id) => earlier.has(id)).length
  return `${plural(runs.length, 'run')}${shared === 0 ? '' : `, ${whole(shared)} of them shared with an earlier stage`}`
}

/** For a reader who has nothing but the report. */
export const leverWords =
  'Levers are the hyperparameters that the study may change. The baseline has the levers that the spec declares. The incumbent ' +
  'is the best set of levers so far; the last one is the winner, which the gates call the candidate. A seed fixes the random ' +
  'numbers of a run. Unseen seeds are those that no stage used.'

/** The engine and, if known, why it was chosen. */
export function engineText({ study, timing }: Report): { readonly label: string; readonly why: string } {
  const why = timing.machine?.whyEngine
  return { label: study.engine, why: why === undefined ? '' : ` (${why})` }
}

/** The timing sentence; the only one in a summary that differs between two equal studies. */
export function timesText({ timing }: Report): string {
  const { machine } = timing
  const training = timing.runs.reduce((sum, r) => sum + r.seconds, 0)
  const on =
    machine === null
      ? ''
      : ` on ${machine.platform} with ${plural(machine.cores, 'core')} and ${plural(machine.workers, 'worker')}, Node ${machine.node}`
  return `It took ${duration(timing.seconds)}${on}, with ${duration(training)} of training, all workers together.`
}

/** A sentence before numbers that a training script reported itself; empty before all others. */
const selfReported = ({ trainer }: Report['study']): string =>
  trainer?.measured === 'self-reported'
    ? `All values are self-reported by ${trainer.source === undefined ? 'the training script' : 'the results'}. `
    : ''

/** Below the table of all metrics: what its columns mean, and who measured. */
export function measuredNote(report: Report): string {
  const side = judgedSide(report).toLowerCase()
  return (
    `${selfReported(report.study)}Mean ± SD over seeds. A positive gain means that the ${side} is better, whatever the ` +
    `metric's direction. P(better) is the probability that a run of the ${side} beats a run of the baseline with a ` +
    `different seed. Gains are paired by seed${holdsNote(report)} Claims on metrics other than the objective are ` +
    `Holm-corrected; the intervals are not. ${leastEffectNote(report.study.leastEffect)}`
  )
}

/** Whether numbers on test rows hold for other rows too: these are a sample if they were drawn. */
export const holdForOtherRows = ({ verification }: Pick<Report, 'verification'>): boolean =>
  verification?.seeds.some(({ candidate }) => candidate.testRows) ?? false

function holdsNote(report: Report): string {
  return holdForOtherRows(report)
    ? ' and hold for other seeds: on test metrics also for other rows from the same source, on validation metrics on these rows.'
    : ' and hold for other seeds on these rows.'
}
