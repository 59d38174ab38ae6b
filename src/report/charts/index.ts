import type { CurveBook } from '../curves.ts'
import type { ExplorerData } from '../explorer/data.ts'
import type { Report } from '../model.ts'
import { memory, throughput } from './batch.ts'
import { findingCharts } from './findings.ts'
import { gateIntervals } from './gates.ts'
import { gridCharts } from './grid.ts'
import { learningCurves, lossCurves } from './learning.ts'
import { rangeTests } from './range-test.ts'
import { gradientNorms, scheduleCurves, scheduleResults } from './schedule.ts'
import { reliability } from './reliability.ts'
import { seedsStrip } from './seeds.ts'
import type { Chart } from './theme.ts'
import { trialCharts } from './trials.ts'

export type { Chart } from './theme.ts'

/** Every chart of a report, in reading order. */
export function charts(report: Report, curves: CurveBook, trials: ExplorerData): Chart[] {
  return [
    ...gateIntervals(report),
    ...seedsStrip(report),
    ...reliability(report),
    ...learningCurves(report, curves),
    ...lossCurves(report, curves),
    ...rangeTests(report, curves),
    ...throughput(report),
    ...memory(report),
    ...gridCharts(report),
    ...scheduleCurves(report, curves),
    ...scheduleResults(report, curves),
    ...gradientNorms(report, curves),
    ...trialCharts(trials),
    ...findingCharts(report, curves),
  ]
}
