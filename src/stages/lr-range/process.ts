import { StageRecorder } from '../recorder.ts'
import type { StageContext, StageProcess } from '../stage.ts'
import { findRate } from './find-rate.ts'
import type { LrRangeSettings } from './settings.ts'

export function* findLearningRate(context: StageContext, settings: LrRangeSettings): StageProcess {
  const recorder = new StageRecorder(context)
  const findings = yield* findRate(recorder, settings)
  const moved = recorder.lineage.length > 0
  return recorder.close(moved ? 'changed' : findings.chosen === null ? 'inconclusive' : 'kept', findings.conclusion, {
    rangeTest: findings,
  })
}
