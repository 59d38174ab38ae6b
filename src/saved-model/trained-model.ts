import { unreachable } from '../base/result.ts'
import type { Shape } from '../layers/definition.ts'
import type { ShapedLayer } from '../layers/shapes.ts'
import type { Checkpoint } from '../train/types.ts'

/** A trained model, complete: what a file of a saved model is written from. */
export interface TrainedModel {
  readonly layers: readonly ShapedLayer[]
  readonly inputShape: Shape
  readonly checkpoint: Checkpoint
  readonly head: Head
  /** Rate of dropout layers that leave it to the lever. */
  readonly dropout: number
  /** Name and version of the tool. */
  readonly tool: string
}

/** What the outputs of the last layer mean. A file ends with it, so that it returns what a user reads. */
export type Head =
  /** Logits, which become the probability of each class. */
  | { readonly task: 'classification'; readonly target: string; readonly classes: readonly string[] }
  /** Logits, which become the probability of each label by itself. */
  | { readonly task: 'multi-label'; readonly labels: readonly string[] }
  /** Standardized values, which become value × sd + mean: units of the target. */
  | { readonly task: 'regression'; readonly target: string; readonly mean: number; readonly sd: number }
  /** The same for each of several targets. */
  | { readonly task: 'regression'; readonly targets: readonly TargetOutput[] }

/** One of several targets of a regression. */
export interface TargetOutput {
  readonly target: string
  readonly mean: number
  readonly sd: number
}

/** Every target of a regression, in the order of the outputs. */
export const targetsOf = (head: Extract<Head, { readonly task: 'regression' }>): readonly TargetOutput[] =>
  'targets' in head ? head.targets : [head]

/** Number of outputs for one example. */
export function outputsOf(head: Head): number {
  switch (head.task) {
    case 'classification':
      return head.classes.length
    case 'multi-label':
      return head.labels.length
    case 'regression':
      return targetsOf(head).length
    default:
      return unreachable(head, 'head')
  }
}
