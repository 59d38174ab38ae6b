import type { StageName } from '../records/plan.ts'
import { batch } from './batch.ts'
import { lrRange } from './lr-range.ts'
import { regularize } from './regularize.ts'
import { schedule } from './schedule.ts'
import type { Stage } from './stage.ts'
import { verify } from './verify.ts'

/** The process, in its order. */
export const stages: Readonly<Record<StageName, Stage>> = { 'lr-range': lrRange, batch, regularize, schedule, verify }
