import type { WholeNumbers } from '../../types.ts'

const FEWEST_ROWS = 30
const FEWEST_VALUES = 10
/** Share of the rows that must hold a point in time. */
const ALL = 0.99
/** The years between which all of them lie. */
const [FIRST_YEAR, LAST_YEAR] = [1990, 2050]

/** How whole numbers write a point in time. */
interface Notation {
  readonly name: string
  /** Milliseconds since 1970; NaN if the number is none. */
  readonly at: (value: number) => number
}

const notations: readonly Notation[] = [
  { name: 'seconds since 1970', at: (value) => 1000 * value },
  { name: 'milliseconds since 1970', at: (value) => value },
  { name: 'microseconds since 1970', at: (value) => value / 1000 },
  { name: 'dates such as 20240131', at: (value) => dateOf(value) },
  { name: 'dates and times such as 20240131235959', at: momentOf },
]

/** What a column of points in time holds; both ends in milliseconds since 1970. */
export interface Times {
  readonly notation: string
  readonly first: number
  readonly last: number
}

/** The column as points in time; undefined if it holds none. */
export function timesIn({ values }: WholeNumbers): Times | undefined {
  if (values.length < FEWEST_ROWS || new Set(values).size < FEWEST_VALUES) return undefined
  for (const { name, at } of notations) {
    const times = values.map(at).filter((time) => time >= Date.UTC(FIRST_YEAR, 0) && time < Date.UTC(LAST_YEAR, 0))
    if (times.length < ALL * values.length) continue
    const [first, last] = times.reduce(([a, b], time) => [Math.min(a, time), Math.max(b, time)], [Infinity, -Infinity])
    return { notation: name, first, last }
  }
  return undefined
}

/** NaN if the calendar has no such day. */
function dateOf(value: number): number {
  const [year, month, day] = [Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100]
  const time = Date.UTC(year, month - 1, day)
  const date = new Date(time)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? time : NaN
}

/** NaN if there is no such day, or its hours, minutes and seconds are none. */
function momentOf(value: number): number {
  const clock = value % 1_000_000
  const [hour, minute, second] = [Math.floor(clock / 10_000), Math.floor(clock / 100) % 100, clock % 100]
  if (hour > 23 || minute > 59 || second > 59) return NaN
  return dateOf(Math.floor(value / 1_000_000)) + 1000 * (3600 * hour + 60 * minute + second)
}
