import type { ResultsFormat } from '../definition.ts'
import { dvclive } from './dvclive.ts'
import { lightning } from './lightning.ts'
import { mlflow } from './mlflow.ts'
import { table } from './table.ts'
import { trainerState } from './trainer-state.ts'
import { wandb } from './wandb.ts'

/** The forms in which results are read. The first one that fits a place reads it. */
export const resultsFormats: readonly ResultsFormat[] = [table, mlflow, wandb, lightning, trainerState, dvclive]

/** The tools as a list for help and messages. */
export const resultsTools = (): string => resultsFormats.map(({ tool }) => tool).join(', ')
