import { groupBy, listed } from '../base/lists.ts'
import { encodeCategories, missingLevel } from './categories.ts'
import type { InputColumn } from './inputs.ts'
import { filledNumbers, missingNote } from './missing.ts'
import { counted, fail } from './problems.ts'
import { scalingOf, type Scaling } from './scaling.ts'
import type { Limits } from './source.ts'
import { tokenIds } from './token-ids.ts'
import type { DataConfig, FittedInput, Splits } from './types.ts'

/** The model's inputs, and how they were made. */
export interface EncodedInputs {
  readonly values: Float32Array
  readonly features: readonly string[]
  /** Of token ids; absent if there are none. */
  readonly vocabulary?: readonly string[]
  readonly notes: readonly string[]
  /** What was fitted, in the order of the inputs: with it, other rows become inputs in the same way. */
  readonly fitted: readonly FittedInput[]
}

/** Writes the inputs of one column. */
export interface Encoder {
  readonly features: readonly string[]
  /** Writes those of the rows from `from` to before `to`. */
  readonly fill: (
    place: { readonly values: Float32Array; readonly width: number; readonly offset: number },
    from: number,
    to: number,
  ) => void
}

/** Rows that all encoders write before the next ones, so that their values stay in the cache of the processor. */
const rowsTogether = 1024

/**
 * Writes the inputs row-major. Missing values are filled in first, if the config says so: see `MissingConfig`. Numbers are
 * scaled and, if the config says so, standardized by the training rows: see `scalingOf`. Levels come from the whole file, so
 * that the width does not depend on the split; they carry no statistic of the other parts.
 */
export function encodeInputs(
  config: DataConfig,
  rows: number,
  inputs: readonly InputColumn[],
  splits: Splits,
  limits: Limits,
): EncodedInputs {
  const notes: string[] = []
  let vocabulary: readonly string[] | undefined
  const flat: { readonly name: string; readonly what: string }[] = []
  const filled: string[] = []
  const fitted: FittedInput[] = []
  const encoders = inputs.flatMap((input): Encoder[] => {
    const { column, as } = input
    const name = column.name
    if (as === 'tokens') {
      const texts = tokenIds(column, rows, splits, input.settings)
      vocabulary = texts.vocabulary
      notes.push(...texts.notes)
      fitted.push({ as, name, vocabulary: texts.vocabulary, length: input.settings.length })
      return [positions(name, texts.ids, input.settings.length)]
    }
    if (as === 'number') {
      const scale = config.inputs.kind === 'array' ? config.inputs.scale : 1
      const full = config.missing ? filledNumbers(config.missing, column, splits.train) : null
      const own = full ? full.at : column.at
      const at = scale === 1 ? own : (row: number): number => own(row) * scale
      const scaling = scalingOf(input.scaling, at, splits.train)
      if (scaling.flat !== null) flat.push({ name: column.name, what: scaling.flat })
      if (full?.note) filled.push(full.note)
      const missing = full ? { filler: full.filler, indicator: full.indicator } : null
      fitted.push({ as, name, scale, scaling: scaling.fitted, missing })
      const main = numbers(name, at, scaling.apply)
      return full?.indicator ? [main, indicator(name, column.at)] : [main]
    }
    const found = encodeCategories(config, column, splits.train, limits, as)
    const { levels, codes, missing, other } = found
    fitted.push({ as, name, levels, missing, other })
    notes.push(...found.notes)
    if (found.filled !== null) filled.push(found.filled)
    return [as === 'index' ? indices(name, requireKnown(name, codes)) : oneHot(name, levels, codes)]
  })
  if (filled.length > 0) notes.push(missingNote(filled))
  for (const [what, own] of groupBy(flat, (one) => one.what)) {
    const names = own.map(({ name }) => name)
    notes.push(`${counted(names.length, 'input')} constant in the training rows, ${what}: ${listed(names)}`)
  }
  return { ...encoded(encoders, rows, limits), notes, fitted, ...(vocabulary ? { vocabulary } : {}) }
}

/** All columns side by side, rows × features. */
export function encoded(
  encoders: readonly Encoder[],
  rows: number,
  limits: Limits,
): Pick<EncodedInputs, 'values' | 'features'> {
  const features = encoders.flatMap((encoder) => encoder.features)
  const values = allocate(rows, features.length, limits)
  for (let from = 0; from < rows; from += rowsTogether) {
    let offset = 0
    for (const encoder of encoders) {
      encoder.fill({ values, width: features.length, offset }, from, Math.min(rows, from + rowsTogether))
      offset += encoder.features.length
    }
  }
  return { values, features }
}

function allocate(rows: number, width: number, limits: Limits): Float32Array {
  if (width === 0) fail({ code: 'data/no-inputs', message: 'no column remains as an input' })
  const bytes = rows * width * 4
  if (bytes > limits.inputs) {
    const found = `${counted(rows, 'row')} × ${width} values`
    fail({
      code: 'data/too-large',
      message: 'the encoded inputs are too large',
      found,
      allowed: counted(limits.inputs, 'byte'),
      hint: 'encode columns with many levels as an index, or leave them out',
    })
  }
  return new Float32Array(rows * width)
}

export function numbers(name: string, at: (row: number) => number, apply: Scaling['apply']): Encoder {
  return {
    features: [name],
    fill: ({ values, width, offset }, from, to) => {
      // Adding 0 turns −0 into 0, so equal rows are bit-identical.
      for (let row = from; row < to; row++) values[row * width + offset] = apply(at(row)) + 0
    },
  }
}

/** 1 where a value is missing. */
export function indicator(name: string, at: (row: number) => number): Encoder {
  return {
    features: [`${name}=${missingLevel}`],
    fill: ({ values, width, offset }, from, to) => {
      for (let row = from; row < to; row++) values[row * width + offset] = Number(Number.isNaN(at(row)))
    },
  }
}

export function indices(name: string, codes: Int32Array): Encoder {
  return {
    features: [name],
    fill: ({ values, width, offset }, from, to) => {
      for (let row = from; row < to; row++) values[row * width + offset] = codes[row] ?? 0
    },
  }
}

/** One input per position of a text. */
export function positions(name: string, ids: Int32Array, length: number): Encoder {
  return {
    features: Array.from({ length }, (_, i) => `${name}[${i + 1}]`),
    fill: ({ values, width, offset }, from, to) => {
      for (let row = from; row < to; row++) {
        values.set(ids.subarray(row * length, (row + 1) * length), row * width + offset)
      }
    },
  }
}

/** One-hot positions can all be 0; an index has no such value. */
function requireKnown(name: string, codes: Int32Array): Int32Array {
  if (!codes.includes(-1)) return codes
  return fail({ code: 'data/unknown-level', message: `column "${name}" has a text that is not in the index` })
}

export function oneHot(name: string, levels: readonly string[], codes: Int32Array): Encoder {
  return {
    features: levels.map((level) => `${name}=${level}`),
    fill: ({ values, width, offset }, from, to) => {
      for (let row = from; row < to; row++) {
        const code = codes[row] ?? -1
        if (code >= 0) values[row * width + offset + code] = 1
      }
    },
  }
}
