import type { Plan } from '../records/plan.ts'
import type { ChecklistItem } from './model.ts'
import { plural, rowsText, short } from './numbers.ts'
import { box, type Box, type Draft } from './stage-boxes.ts'
import { headlineComparison } from './sides.ts'

/** What results can show of a process that somebody else ran. */
export function resultsChecklist(report: Draft, { gates }: Pick<Plan, 'gates'>): ChecklistItem[] {
  const item = (id: string, title: string, { state, evidence }: Box): ChecklistItem => ({ id, title, state, evidence })
  return [
    item('baseline', 'Compared with a baseline', compared(report)),
    item('confirmed', 'Several seeds on both sides', severalSeeds(report)),
    item('spread', 'Seed variance known', variance(report)),
    item('metrics', 'Metrics computed from predictions', computed(report)),
    item(
      'gates',
      'Gates declared in the spec',
      gates.length === 0
        ? box('not-done', 'The spec declares no gate.')
        : box('done', `${plural(gates.length, 'gate')} (${gates.map((g) => g.gate).join(', ')}).`),
    ),
  ]
}

function compared({ against, base }: Draft): Box {
  if (against === null) return box('not-done', 'There is no baseline.')
  return box('done', `Compared with ${against}${base ? `, which has ${plural(base.runs.length, 'seed')}` : ''}.`)
}

function severalSeeds({ verification, base }: Draft): Box {
  const seeds = verification?.seeds ?? []
  const finished = seeds.filter(({ candidate }) => candidate.status === 'complete').length
  const other = base?.runs.filter(({ status }) => status === 'complete').length ?? 0
  const words = `${plural(finished, 'seed')} of the candidate and ${other} of the baseline finished.`
  return box(finished > 1 && other > 1 && finished === seeds.length ? 'done' : 'inconclusive', words)
}

function variance(report: Draft): Box {
  const told = headlineComparison(report)
  const sd = told?.candidate.sd ?? null
  if (!told || sd === null) return box('inconclusive', 'Fewer than two seeds finished, so their spread is unknown.')
  const { split, metric, candidate } = told
  return box('done', `SD of ${split} ${metric} over ${plural(candidate.seeds, 'seed')}: ${short(sd, 2)}.`)
}

function computed({ study, data }: Draft): Box {
  return study.trainer?.measured === 'from predictions'
    ? box('done', `Every metric was computed from predictions and labels: ${rowsText(data)}.`)
    : box('not-done', 'The results report their own metrics, and nothing checks them.')
}
