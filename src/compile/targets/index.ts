import type { TargetDefinition } from './definition.ts'
import { workflow } from './workflow.ts'

/** Every compile target, in the order of the help. */
export const targets = [workflow] as const

export type TargetName = (typeof targets)[number]['name']

export const targetNames: readonly TargetName[] = targets.map(({ name }) => name)

/** What `compile` writes, for the help. */
export const targetSummaries = (): string => targets.map(({ summary }) => summary).join(', or ')

/** The target with this name. Throws if there is none. */
export function targetNamed(name: TargetName): TargetDefinition {
  const found = targets.find((target) => target.name === name)
  if (!found) throw new Error(`there is no compile target ${name}`)
  return found
}
