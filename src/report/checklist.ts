import type { LeverPatch } from '../records/levers.ts'
import type { Comparison } from '../records/decision.ts'
import type { LockedChange } from '../records/lock.ts'
import type { Plan, StageName } from '../records/plan.ts'
import type { MetricComparison } from '../gates/verification.ts'
import { confirmation, stageFor, stageNamed } from '../stages/index.ts'
import { meanAndSd, percent, plural, rowsText, short, whole } from './numbers.ts'
import type { BoxState, ChecklistItem, Report, StageReport, TimelessFindings } from './model.ts'

type Draft = Omit<Report, 'checklist'>
type Box = Omit<ChecklistItem, 'id' | 'title'>

const box = (state: BoxState, evidence: string): Box => ({ state, evidence })

/** The process as boxes, each with the evidence that checks it. A box that cannot be checked says why. */
export function checklist(report: Draft, plan: Pick<Plan, 'gates'>): ChecklistItem[] {
  return [
    item('data', 'Data checked before training', dataChecked(report)),
    item('baseline', 'Baseline trained and kept', baselineKept(report)),
    item('learning-rate', 'Learning rate found by a range test over seeds', rangeTest(report)),
    item('batch', 'Batch chosen by throughput and noise scale, learning rate rechecked', batch(report)),
    item('one-lever', 'One lever changed at a time', oneLever(report)),
    item('regularization', 'Regularization searched as a grid', grid(report)),
    item('schedule', 'Schedules and warmup compared', schedule(report)),
    item('clip-norm', 'Clip norm compared with the gradient norms', clipNorm(report)),
    item('confirmed', 'Confirmed on seeds not used for selection', confirmed(report)),
    item('seed-variance', 'Seed variance known', seedVariance(report)),
    item('gates', 'Gates declared before the run', gates(plan)),
    item('curves', 'Curves of every run kept', curves(report)),
    item('budget', 'Within the budget', budget(report)),
  ]
}

const item = (id: string, title: string, { state, evidence }: Box): ChecklistItem => ({ id, title, state, evidence })

function reportOf(report: Draft, stage: StageName): StageReport {
  const found = report.stages.find((s) => s.stage === stage)
  if (!found) throw new Error(`the report has no stage ${stage}`)
  return found
}

/** What the stage found of one kind, or the box that says why there is nothing. */
function findingsOf<K extends keyof TimelessFindings>(
  report: Draft,
  stage: StageName,
  kind: K,
): NonNullable<TimelessFindings[K]> | Box {
  const { state, summary, findings } = reportOf(report, stage)
  return findings?.[kind] ?? box(state === 'skipped' ? 'skipped' : 'not-done', summary)
}

const isBox = (value: object | string): value is Box => typeof value === 'object' && 'evidence' in value

function dataChecked({ data }: Draft): Box {
  const rows = rowsText(data)
  if (data.checks.length === 0) return box('skipped', `${rows}; every check is off in the spec.`)
  const found =
    data.findings.length === 0 ? 'nothing found' : `${plural(data.findings.length, 'finding')}, see the data section`
  return box('done', `${rows}. Checks: ${data.checks.join(', ')}. Result: ${found}.`)
}

function baselineKept(report: Draft): Box {
  const verified = report.verification?.seeds.filter((s) => s.baseline.status === 'complete').length ?? 0
  const objective = objectiveOn(report, 'test')
  if (verified > 0) {
    const values = objective ? `, test ${objective.metric} ${meanAndSd(objective.baseline.mean, objective.baseline.sd)}` : ''
    return box(
      'done',
      `The declared levers were trained on ${plural(verified, 'verification seed')}${values}. They stay in the report.`,
    )
  }
  const selection = report.runs.filter(
    (r) => r.differences.length === 0 && r.job.kind === 'train' && r.status === 'complete',
  )
  return selection.length > 0
    ? box(
        'done',
        `The declared levers were trained in ${plural(selection.length, 'selection run')}. No verification seed has finished them.`,
      )
    : box('not-done', 'No run of the declared levers finished.')
}

function rangeTest(report: Draft): Box {
  const found = findingsOf(report, stageFor('optimization').name, 'rangeTest')
  if (isBox(found)) return found
  const { curves, edge, chosen, conclusion } = found
  const over = `Over ${plural(curves.length, 'seed')}: ${conclusion}`
  return box(edge !== null && chosen !== null ? 'done' : 'inconclusive', over)
}

function batch(report: Draft): Box {
  const stage = stageFor('batching').name
  const found = findingsOf(report, stage, 'batch')
  if (isBox(found)) return found
  const { probed, noiseScale, chosen, learningRateFactor, recheck } = found
  if (probed.length === 0) return box('not-done', reportOf(report, stage).summary)
  const sizes = `${plural(probed.length, 'size')} probed (${probed.map(whole).join(', ')})`
  if (noiseScale === null) return box('inconclusive', `${sizes}; the gradient noise scale could not be estimated.`)
  const base = `${sizes}, gradient noise scale ${whole(noiseScale)} examples, batch ${whole(chosen)} chosen`
  if (!report.lineage.some((l) => l.stage === stage))
    return box('done', `${base}. No lever moved, so there was no learning rate to recheck.`)
  return recheck === null
    ? box(
        'inconclusive',
        `${base}. The learning rate was scaled by ×${short(learningRateFactor)} but not rechecked with a range test.`,
      )
    : box(
        'done',
        `${base}. The learning rate was scaled by ×${short(learningRateFactor)} and rechecked: ${recheck.conclusion}`,
      )
}

/** Entries that rest on exactly the same runs were moved together. */
function oneLever({ lineage, stages }: Draft): Box {
  const decided = stages.some((s) => s.comparisons.some(isDecided))
  if (lineage.length === 0)
    return box('done', `No lever was moved${decided ? ': none beat the incumbent by more than seed noise' : ''}.`)
  const groups = new Map<string, LockedChange[]>()
  for (const entry of lineage) {
    const key = `${entry.stage} ${entry.evidence.runs.join(' ')}`
    groups.set(key, [...(groups.get(key) ?? []), entry])
  }
  const together = [...groups.values()].filter((g) => g.length > 1)
  const moves =
    `${plural(lineage.length, 'lever change')} in ${plural(groups.size, 'comparison')}, ` +
    'each against the incumbent at the time'
  if (together.length === 0) return box('done', `${moves}.`)
  const words = together.map((g) => `${g[0]?.stage ?? ''} moved ${g.map((l) => l.lever).join(', ')} together`).join('; ')
  const reasons = new Set(together.map((g) => stageNamed(g[0]?.stage ?? '').movesTogether))
  return reasons.has(undefined)
    ? box('not-done', `${moves}; ${words}.`)
    : box('done', `${moves}; ${words}, ${[...reasons].join(' and ')}.`)
}

function grid(report: Draft): Box {
  const stage = stageFor('regularization').name
  const found = findingsOf(report, stage, 'grid')
  if (isBox(found)) return found
  const { levers, cells, sensitivity } = found
  const omitted = report.omissions.find((o) => o.stage === stage)
  if (cells.length === 0)
    return box(
      omitted ? 'inconclusive' : 'skipped',
      omitted ? `No grid was trained: ${omitted.why}.` : 'The grid has a single cell.',
    )
  const full = cells.filter((c) => c.length >= 1).length
  const ranked = sensitivity.filter((s) => s.omegaSquared !== null).map((s) => `${s.lever} ${short(s.omegaSquared ?? 0, 2)}`)
  const shares = ranked.length > 0 ? `; share of variance explained (ω²): ${ranked.join(', ')}` : ''
  return box(
    'done',
    `${plural(cells.length, 'cell')} over ${levers.join(', ')}, ${whole(full)} trained to the end${shares}.`,
  )
}

function schedule(report: Draft): Box {
  const stage = stageFor('scheduling').name
  const found = findingsOf(report, stage, 'stage')
  if (isBox(found)) return found
  const { comparisons, summary } = reportOf(report, stage)
  const tried = comparisons.filter((c) => moves(c.patch, 'schedule') || moves(c.patch, 'warmupSteps'))
  return tried.length > 0
    ? box(
        tried.some(isDecided) ? 'done' : 'inconclusive',
        `${plural(tried.length, 'schedule and warmup candidate')} compared with the incumbent. ${summary}`,
      )
    : box('not-done', summary)
}

/** Missing runs, or noise that could not be estimated, decide nothing. */
const isDecided = ({ outcome }: Comparison): boolean => outcome !== 'undecidable'

const moves = (patch: LeverPatch, lever: keyof LeverPatch): boolean => patch[lever] !== undefined

function clipNorm(report: Draft): Box {
  const stage = stageFor('scheduling').name
  const found = findingsOf(report, stage, 'stage')
  if (isBox(found)) return found
  const tried = reportOf(report, stage).comparisons.filter((c) => moves(c.patch, 'clipNorm'))
  const winner = report.verification?.seeds[0]?.candidate.run
  const own = report.runs.find((r) => r.id === winner)?.gradient
  const norms = own ?? report.runs.findLast((r) => r.job.kind === 'train' && r.gradient)?.gradient
  const logged = norms
    ? ` The ${own ? "chosen levers'" : "last run's"} norms have median ${short(norms.median)} and 90th percentile ` +
      `${short(norms.p90)}; ${percent(norms.clippedShare)} of steps are clipped.`
    : ''
  return tried.length > 0
    ? box(
        tried.some(isDecided) ? 'done' : 'inconclusive',
        `${plural(tried.length, 'clip norm')} compared, ` +
          `${whole(tried.filter((c) => c.patch.clipNorm !== null).length)} of them taken from the logged norms.${logged}`,
      )
    : box('not-done', `No clip norm was compared.${logged}`)
}

export function objectiveOn(
  report: Pick<Report, 'verification'>,
  split: 'validation' | 'test',
): MetricComparison | undefined {
  return report.verification?.metrics.find((m) => m.objective && m.split === split)
}

function confirmed(report: Draft): Box {
  const found = findingsOf(report, confirmation.name, 'verify')
  if (isBox(found)) return found
  const { seeds } = found
  const both = seeds.filter((s) => s.baseline.status === 'complete' && s.candidate.status === 'complete').length
  const claim = objectiveOn(report, 'validation')?.sentence
  const words = `Baseline and winner finished ${both} of ${plural(seeds.length, 'unseen seed')}${claim ? `; ${claim}` : '.'}`
  return box(both === seeds.length && both > 1 ? 'done' : 'inconclusive', words)
}

function seedVariance(report: Draft): Box {
  const found = findingsOf(report, confirmation.name, 'verify')
  if (isBox(found)) return found
  const objective = objectiveOn(report, 'test') ?? objectiveOn(report, 'validation')
  const sd = objective?.candidate.sd ?? null
  if (!objective || sd === null)
    return box('inconclusive', 'Fewer than two seeds of the winner finished, so their spread is unknown.')
  const all = found.seeds.length
  const words = `SD of ${objective.split} ${objective.metric} over ${plural(objective.candidate.seeds, 'seed')}: ${short(sd, 2)}.`
  return objective.candidate.seeds === all
    ? box('done', words)
    : box('inconclusive', `${words} ${all - objective.candidate.seeds} of ${all} did not finish.`)
}

function gates(plan: Pick<Plan, 'gates'>): Box {
  return plan.gates.length === 0
    ? box('not-done', 'The spec declares no gate.')
    : box(
        'done',
        `${plural(plan.gates.length, 'gate')} in the spec (${plan.gates.map((g) => g.gate).join(', ')}), ` +
          "part of the plan's fingerprint.",
      )
}

function curves({ runs }: Draft): Box {
  const logged = runs.filter((r) => r.steps > 0)
  const steps = logged.reduce((sum, r) => sum + r.steps, 0)
  return logged.length > 0
    ? box('done', `${plural(logged.length, 'run')} with ${whole(steps)} logged steps, one file per run in curves/runs.`)
    : box('not-done', 'No run logged a step.')
}

function budget({ budget: b, omissions }: Draft): Box {
  const limits = [
    b.trials === null ? '' : `${whole(b.trials)} runs`,
    b.minutes === null ? '' : `${short(b.minutes)} minutes`,
  ].filter((l) => l !== '')
  const used = `${plural(b.runs, 'run')} of ${limits.length > 0 ? `a budget of ${limits.join(' and ')}` : 'an unlimited budget'}`
  const left = omissions.length > 0 ? `; ${plural(omissions.length, 'item')} left out, see omissions` : ''
  return b.exhausted === null
    ? box('done', `${used}${left}.`)
    : box('not-done', `${used}; the ${b.exhausted} ran out${left}.`)
}
