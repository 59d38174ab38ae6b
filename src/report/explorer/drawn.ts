import { groupBy } from '../../base/lists.ts'
import { gain, type MetricName } from '../../records/metrics.ts'
import { confirmation } from '../../stages/index.ts'
import type { Report, RunSummary } from '../model.ts'

/** The most trials whose curves a page draws. More lines than this cover each other on any screen. */
export const mostTrials = 1200

/**
 * The runs whose curves the page draws, in order: all that trained, if there are few enough. Otherwise all of the
 * verification and of stages that are not large, and of each large stage as many of its best as of the others, which are
 * evenly spread over its runs.
 */
export function drawnRuns({ runs, study }: Pick<Report, 'runs' | 'study'>): readonly RunSummary[] {
  const trained = runs.filter((run) => run.job.kind === 'train')
  if (trained.length <= mostTrials) return trained
  const byStage = groupBy(trained, ({ stage }) => stage)
  const room = roomFor([...byStage].map(([stage, of]) => ({ stage, wanted: of.length })))
  const kept = new Set([...byStage].flatMap(([stage, of]) => someOf(of, room.get(stage) ?? 0, study.objective)))
  return trained.filter((run) => kept.has(run))
}

/** Stages that need little get what they need, the verification first; the others share what is left. */
function roomFor(stages: readonly { readonly stage: string; readonly wanted: number }[]): ReadonlyMap<string, number> {
  const first = ({ stage, wanted }: (typeof stages)[number]): number => (stage === confirmation.name ? 0 : wanted)
  const room = new Map<string, number>()
  let left = mostTrials
  for (const [i, one] of [...stages].sort((a, b) => first(a) - first(b)).entries()) {
    const share = one.stage === confirmation.name ? left : Math.floor(left / (stages.length - i))
    room.set(one.stage, Math.min(one.wanted, share))
    left -= Math.min(one.wanted, share)
  }
  return room
}

function someOf(runs: readonly RunSummary[], room: number, objective: MetricName): readonly RunSummary[] {
  if (runs.length <= room) return runs
  const scored = runs.flatMap((run) => {
    const value = run.best?.validation[objective]
    return value === undefined ? [] : [{ run, value }]
  })
  const half = Math.floor(room / 2)
  const best = scored
    .sort((a, b) => gain(objective, a.value, b.value))
    .slice(0, half)
    .map(({ run }) => run)
  const chosen = new Set(best)
  const others = runs.filter((run) => !chosen.has(run))
  const rest = room - best.length
  return [...best, ...Array.from({ length: rest }, (_, i) => others[Math.floor((i * others.length) / rest)] as RunSummary)]
}
