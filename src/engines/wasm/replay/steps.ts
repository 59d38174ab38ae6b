import type { ElementOperation, Elementwise } from './elementwise.ts'
import type { Generated } from './generated/definition.ts'
import type { Place, Room } from './places.ts'
import type { KernelCall } from './recording.ts'

export type Operand =
  | { readonly cover: 'own'; readonly index: number }
  | { readonly cover: 'each' | 'all' | 'column'; readonly place: Place }
  | { readonly cover: 'row'; readonly place: Place; readonly width: number }

/** One pass over equally many elements, which applies all operations to each before the next. */
export interface Loop {
  readonly kind: 'loop'
  readonly length: number
  /** Elements of a row, if operands repeat one or have one for each row; null until one does. */
  width: number | null
  /** Whether an operand has one element for each row. */
  columns: boolean
  readonly operations: { readonly of: ElementOperation; readonly operands: readonly Operand[]; readonly out: Room }[]
  /** Sums down the columns of its rows. */
  readonly sums: { readonly operand: Operand; readonly out: Room }[]
  /** Operations that this loop computes again: their numbers, by their recorded operands. */
  readonly again: Map<Elementwise['operands'], number>
}

/** A kernel as code of its own. */
export interface Own {
  readonly kind: 'own'
  readonly generated: Generated
}

/** A kernel of the backend, called as it was when it was recorded. */
export interface Call {
  readonly kind: 'call'
  readonly call: KernelCall
}

export type Step = Loop | Own | Call
