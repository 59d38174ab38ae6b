import type { Column } from './column.ts'
import { counted, fail } from './problems.ts'
import type { Limits } from './source.ts'
import type { Parts } from './types.ts'

/** Dates, and dates with times, as ISO 8601 writes them; a time without a zone is UTC, so that no machine reads another. */
const isoTime = /^(\d{4}-\d{2}(?:-\d{2})?)(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/

/** Days as people write them, in any order, with or without a time of day. */
const usualDate = /^\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?:[T ,].*)?$/
const seen = 100

/** Whether texts are dates. Only the first hundred are read, and all of them must be dates. */
export function areDates(texts: readonly string[]): boolean {
  const some = texts.slice(0, seen)
  return some.length > 0 && some.every((text) => isoTime.test(text.trim()) || usualDate.test(text.trim()))
}

/**
 * A column of times as numbers: numbers as they are, ISO 8601 texts in milliseconds. Throws an InputError at other texts.
 */
export function timesOf(column: Column, rows: number, limits: Limits): Float64Array {
  if (!column.isText) return Float64Array.from({ length: rows }, (_, row) => column.at(row))
  const { codes, levels } = column
  if (!codes || !levels) {
    return fail({
      code: 'data/too-many-times',
      message: `column "${column.name}" has too many different times as text`,
      allowed: `at most ${counted(limits.levels, 'time')}, or any number of numbers such as seconds`,
    })
  }
  const values = levels.map((level) => parseTime(level, column.name))
  return Float64Array.from(codes, (code) => values[code] ?? NaN)
}

function parseTime(text: string, name: string): number {
  const [, date, time, zone = 'Z'] = isoTime.exec(text) ?? []
  const value = date === undefined ? NaN : Date.parse(time === undefined ? date : `${date}T${time}${zone}`)
  if (!Number.isNaN(value)) return value
  return fail({
    code: 'data/time',
    message: `column "${name}" has a text that is not a time`,
    found: text,
    allowed: 'numbers, or ISO 8601 such as 2024-05-31 and 2024-05-31T12:00:00Z',
  })
}

/**
 * Parts by time: the earliest rows for training, the latest for testing, with `gap` rows left out before validation and
 * before test. Rows of one time are never divided, neither between parts nor by a gap: a boundary moves to the later time.
 *
 * @returns row numbers of train, validation and test
 */
export function partsByTime(times: Float64Array, fractions: Parts, gap: number): number[][] {
  const order = Array.from(times.keys()).sort((a, b) => (times[a] ?? NaN) - (times[b] ?? NaN) || a - b)
  const at = (place: number): number => times[order[place] ?? -1] ?? NaN
  const later = (place: number): number => {
    let moved = Math.min(place, order.length)
    while (moved > 0 && moved < order.length && at(moved) === at(moved - 1)) moved++
    return moved
  }
  const [train, validation, test] = fractions
  const first = later(Math.round(order.length * train))
  const second = validation > 0 ? later(Math.round(order.length * (train + validation))) : first
  const from = (end: number): number => (gap > 0 ? later(end + gap) : end)
  return [
    order.slice(0, first),
    validation > 0 ? order.slice(from(first), second) : [],
    test > 0 ? order.slice(from(second)) : [],
  ]
}
