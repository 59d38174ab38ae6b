import { jointCandidates, nearbyRates, rateFactors, type ExploredLever } from '../configurations.ts'
import { exploreAndConfirm, mostConfirmed } from '../explore.ts'
import { closeSearch } from '../explored.ts'
import { StageRecorder } from '../recorder.ts'
import type { StageContext, StageProcess } from '../stage.ts'
import { beyondEnds } from './beyond.ts'
import { corners } from './corners.ts'
import type { RegularizeSettings } from './settings.ts'

/**
 * Regularization: explores joint configurations of its levers near the incumbent, with the learning rate, since the best
 * rate depends on them, and then values beyond the ends of the grid where the best lies at an end. The best are confirmed under other seeds. A configuration that wins is taken apart, so that each
 * lever that moves shows what it brings.
 */
export function* searchGrid(context: StageContext, settings: RegularizeSettings): StageProcess {
  const recorder = new StageRecorder(context)
  const start = recorder.incumbent
  const own = settings.grid.filter(({ values }) => values.length > 0)
  const levers: ExploredLever[] = own.length === 0 ? [] : [...own, nearbyRates(recorder, rateFactors)]
  const explored = yield* exploreAndConfirm(recorder, {
    what: 'regularization grid',
    candidates: jointCandidates(recorder, levers, settings.explore, corners(recorder, own)),
    most: mostConfirmed,
    seeds: settings.seeds,
    further: { rounds: settings.beyond, suggest: (arms) => beyondEnds(recorder, own, arms) },
    remedied: levers.map(({ lever }) => lever),
  })
  const names = levers.map(({ lever }) => lever)
  return closeSearch(recorder, start, names, explored)
}
