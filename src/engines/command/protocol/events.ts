import { printable } from '../../../base/printable.ts'
import type { LeverValue } from '../../../records/levers.ts'
import type { EventType } from './event-schema.ts'

/** Values by the script's names; null stands for a number that is not finite. */
type Numbers = Readonly<Record<string, number | null>>

/** The events of the protocol, once their form was checked. */
export interface Events {
  readonly hello: {
    readonly framework?: string
    readonly device?: string
    readonly supports: {
      readonly levers: Readonly<Record<string, LeverValue>>
      readonly modes: readonly string[]
      readonly per_step_lr?: boolean
      readonly grad_norm?: boolean
      readonly checkpoint?: boolean
      readonly predictions?: boolean
      readonly test?: boolean
    }
    readonly epochs?: number
    readonly rows?: { readonly train?: number; readonly validation?: number; readonly test?: number }
    readonly classes?: number
    readonly parameters?: number
  }
  readonly step: {
    readonly step: number
    readonly loss: number | null
    readonly learning_rate?: number
    readonly grad_norm?: number | null
    readonly clipped?: boolean
  }
  readonly evaluation: { readonly step: number; readonly epoch?: number; readonly split: string; readonly metrics: Numbers }
  readonly predictions: {
    readonly split: string
    readonly step: number
    readonly epoch?: number
    readonly file: string
    readonly kind: 'logits' | 'probabilities' | 'values'
    readonly labels?: string
  }
  readonly checkpoint: { readonly step: number; readonly path: string }
  readonly memory: { readonly peak_mib: number }
  readonly throughput: { readonly examples: number; readonly seconds: number }
  readonly end: {
    readonly status: 'complete' | 'diverged' | 'out-of-memory' | 'unsupported'
    readonly reason?: string
    readonly weights_sha256?: string
  }
}

export type TrainerEvent = { [T in EventType]: { readonly type: T } & Events[T] }[EventType]

/**
 * A script that broke the protocol, or that failed in a way that its run cannot survive. The message is for the person who
 * wrote the script, and what it quotes of the script is printable.
 */
export class TrainerFault extends Error {
  /** Stable, for the conformance check: `malformed`, `silent`. */
  readonly kind: FaultKind
  constructor(kind: FaultKind, message: string) {
    super(message)
    this.kind = kind
  }
}

export type FaultKind =
  | 'malformed'
  | 'order'
  | 'flood'
  | 'not-started'
  | 'late'
  | 'silent'
  | 'exit'
  | 'no-report'
  | 'no-end'
  | 'metrics'
  | 'predictions'
  | 'labels'
  | 'unsupported'
  | 'out-of-memory'
  | 'rates'
  | 'resume'

/** Foreign text in quotes, short and printable. */
export const quoted = (text: string, most = 200): string => `"${printable(text, most)}"`
