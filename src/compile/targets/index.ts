import { entryNamed } from '../../base/lists.ts'
import type { TargetDefinition } from './definition.ts'
import { workflow } from './workflow.ts'

/** Every compile target, in the order of the help. */
export const targets = [workflow] as const

export type TargetName = (typeof targets)[number]['name']

export const targetNames: readonly TargetName[] = targets.map(({ name }) => name)

/** What `compile` writes, for the help. */
export const targetSummaries = (): string => targets.map(({ summary }) => summary).join(', or ')

/** The target with this name. Throws if there is none. */
export const targetNamed = (name: TargetName): TargetDefinition => entryNamed(targets, name, 'compile target')
