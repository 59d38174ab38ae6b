import { baseRowsGuards } from './base-rows.ts'
import { baselineGuards } from './baseline.ts'
import { engineGuards } from './engine.ts'
import { gitGuards } from './git.ts'
import type { Guard } from './guard.ts'
import { parsingGuards } from './parsing.ts'
import { publishGuards } from './publish.ts'
import { reliabilityGuards } from './reliability.ts'
import { rulesGuards } from './rules.ts'
import { scriptGuards } from './scripts.ts'
import { supplyGuards } from './supply.ts'
import { textGuards } from './text.ts'
import { workflowGuards } from './workflows.ts'

/** All guards that the campaign takes away. */
export const guards: readonly Guard[] = [
  ...workflowGuards,
  ...gitGuards,
  ...publishGuards,
  ...engineGuards,
  ...rulesGuards,
  ...scriptGuards,
  ...textGuards,
  ...parsingGuards,
  ...reliabilityGuards,
  ...supplyGuards,
  ...baselineGuards,
  ...baseRowsGuards,
]
