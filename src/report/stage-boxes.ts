import { groupBy } from '../base/lists.ts'
import { capitalized } from '../gates/words.ts'
import type { LeverPatch } from '../records/levers.ts'
import type { Comparison, ExploredFindings } from '../records/decision.ts'
import type { StageName } from '../records/plan.ts'
import { confirmation, stageFor, stageNamed } from '../stages/index.ts'
import { percent, plural, short, whole } from './numbers.ts'
import type { BoxState, ChecklistItem, Report, StageReport, TimelessFindings } from './model.ts'
import { headlineComparison, objectiveOn, searched } from './sides.ts'

// What each stage of the process brought, as boxes of the checklist.

export type Draft = Omit<Report, 'checklist'>
export type Box = Omit<ChecklistItem, 'id' | 'title'>

export const box = (state: BoxState, evidence: string): Box => ({ state, evidence })

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

export function rangeTest(report: Draft): Box {
  const found = findingsOf(report, stageFor('optimization').name, 'rangeTest')
  if (isBox(found)) return found
  const { curves, chosen, conclusion } = found
  const over = `Over ${plural(curves.length, 'seed')}: ${conclusion}`
  return box(chosen !== null ? 'done' : 'inconclusive', over)
}

export function batch(report: Draft): Box {
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
export function oneLever({ lineage, stages }: Draft): Box {
  const decided = stages.some((s) => s.comparisons.some(isDecided))
  if (!stages.some(searched)) {
    const ended = stages.some(({ stage, state }) => state === 'not-reached' && stage !== confirmation.name)
    return ended
      ? box('not-done', 'The study ended before a stage tried other levers.')
      : box('skipped', 'No stage of this study tries other levers.')
  }
  if (lineage.length === 0)
    return box('done', `No lever was moved${decided ? ': none beat the incumbent by more than noise' : ''}.`)
  const groups = groupBy(lineage, ({ stage, evidence }) => `${stage} ${evidence.runs.join(' ')}`)
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

export function grid(report: Draft): Box {
  const stage = stageFor('regularization').name
  const explored = reportOf(report, stage).findings?.explored
  if (explored) return search(report, stage, explored)
  // Reports of versions that pruned a grid.
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

function search(report: Draft, stage: StageName, { trials, levers }: ExploredFindings): Box {
  const { summary, comparisons } = reportOf(report, stage)
  const omitted = report.omissions.find((o) => o.stage === stage)
  if (trials.length === 0) return box(omitted ? 'inconclusive' : 'skipped', summary)
  const tried = `${plural(trials.length - 1, 'configuration')} of ${levers.map(({ lever }) => lever).join(', ')} tried once`
  const compared =
    comparisons.length > 0 ? `; ${whole(comparisons.length)} compared with the incumbent under other seeds` : ''
  const undecided = comparisons.length > 0 && !comparisons.some(isDecided)
  return box(undecided ? 'inconclusive' : 'done', `${tried}${compared}. ${summary}`)
}

export function schedule(report: Draft): Box {
  const stage = stageFor('scheduling').name
  const explored = reportOf(report, stage).findings?.explored
  if (explored) return search(report, stage, explored)
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

export function clipNorm(report: Draft): Box {
  const stage = stageFor('scheduling').name
  const found = findingsOf(report, stage, 'stage')
  if (isBox(found)) return found
  const { comparisons, findings } = reportOf(report, stage)
  const tried = comparisons.filter((c) => moves(c.patch, 'clipNorm'))
  const once = (findings?.explored?.trials ?? []).filter(({ patch }) => moves(patch, 'clipNorm')).length
  const winner = report.verification?.seeds[0]?.candidate.run
  const own = report.runs.find((r) => r.id === winner)?.gradient
  const norms = own ?? report.runs.findLast((r) => r.job.kind === 'train' && r.gradient)?.gradient
  const logged = norms
    ? ` The ${own ? "chosen levers'" : "last run's"} norms have median ${short(norms.median)} and 90th percentile ` +
      `${short(norms.p90)}; ${percent(norms.clippedShare)} of steps are clipped.`
    : ''
  if (tried.length === 0) {
    return once === 0
      ? box('not-done', `No clip norm was compared.${logged}`)
      : box('done', `${plural(once, 'configuration')} with another clip norm tried once; none was worth comparing.${logged}`)
  }
  return box(
    tried.some(isDecided) ? 'done' : 'inconclusive',
    `${plural(tried.length, 'clip norm')} compared, ` +
      `${whole(tried.filter((c) => c.patch.clipNorm !== null).length)} of them taken from the logged norms.${logged}`,
  )
}

export function confirmed(report: Draft): Box {
  const verify = findingsOf(report, confirmation.name, 'verify')
  if (isBox(verify)) return verify
  const { seeds } = verify
  const both = seeds.filter((s) => s.baseline.status === 'complete' && s.candidate.status === 'complete').length
  const found = (['validation', 'test'] as const).flatMap((split) => objectiveOn(report, split) ?? [])
  const claims = found.map(({ sentence }) => ` ${capitalized(sentence)}`).join('')
  const words = `Baseline and winner finished ${both} of ${plural(seeds.length, 'unseen seed')}.${claims}`
  // Validation rows chose the winner, so a gain there must show on test rows too. A batch may be larger for speed alone.
  const [claimed, shown] = [found[0]?.claim, found.at(-1)?.claim]
  const gains = ['better', 'negligible']
  const holds =
    gains.includes(shown ?? '') || (!gains.includes(claimed ?? '') && shown !== 'worse' && shown !== 'undecidable')
  return box(both === seeds.length && both > 1 && holds ? 'done' : 'inconclusive', words)
}

export function seedVariance(report: Draft): Box {
  const found = findingsOf(report, confirmation.name, 'verify')
  if (isBox(found)) return found
  const told = headlineComparison(report)
  const sd = told?.candidate.sd ?? null
  if (!told || sd === null)
    return box('inconclusive', 'Fewer than two seeds of the winner finished, so their spread is unknown.')
  const all = found.seeds.length
  const words = `SD of ${told.split} ${told.metric} over ${plural(told.candidate.seeds, 'seed')}: ${short(sd, 2)}.`
  return told.candidate.seeds === all
    ? box('done', words)
    : box('inconclusive', `${words} ${all - told.candidate.seeds} of ${all} did not finish.`)
}
