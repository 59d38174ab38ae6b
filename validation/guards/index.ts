import type { Guard } from './guard.ts'
import { workflowGuards } from './workflows.ts'

/** All guards that the campaign takes away. */
export const guards: readonly Guard[] = [...workflowGuards]
