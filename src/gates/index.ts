import { entryNamed } from '../base/lists.ts'
import type { GateRule } from '../records/gates.ts'
import { calibration } from './calibration.ts'
import { collapse } from './collapse.ts'
import type { GateDefinition } from './definition.ts'
import { modelSize } from './model-size.ts'
import { regression } from './regression.ts'
import { seedVariance } from './seed-variance/index.ts'
import { threshold } from './threshold.ts'
import { trainingTime } from './training-time.ts'

/** Every gate, in the order of the schema. */
export const gates = [seedVariance, regression, threshold, calibration, collapse, trainingTime, modelSize] as const

/** A rule of any registered gate. */
export type AnyGateRule = ReturnType<(typeof gates)[number]['rules']>[number]

/** The gate with this name. Throws if there is none. */
export const gateNamed = (name: string): GateDefinition => entryNamed<GateDefinition>(gates, name, 'gate')

/** The gate that a rule belongs to. */
export const gateOf = (rule: GateRule): GateDefinition => gateNamed(rule.gate)

export const needsBaseline = (rule: GateRule): boolean => gateOf(rule).needsBaseline(rule)
