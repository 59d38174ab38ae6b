// What the bank puts into a clean set: each plant is one fault that a check should name, or an honest column that none should.
import { shuffled, type Stream } from '../../src/base/random.ts'
import type { CheckName } from '../../src/data/checks/definition.ts'
import {
  anyOf,
  classesOf,
  commonClasses,
  repeated,
  spreads,
  target,
  targetSd,
  type Table,
  withColumn,
  withRows,
} from './table.ts'

export interface Plant {
  readonly name: string
  /** What was done to the table, in a sentence. */
  readonly what: string
  /** Checks of which one must name the plant; null for an honest change. */
  readonly expects: readonly CheckName[] | null
  /** What the finding, or the note of a column that is left out, must contain; absent if any finding of the check counts. */
  readonly names?: string
  /** Null where the set cannot carry the plant. */
  readonly into: (table: Table, random: Stream) => Table | null
}

function grouped(share: number, sizes: (random: Stream) => number) {
  return (table: Table, random: Stream): Table | null => {
    const all = spreads(table)
    // Where nearly nothing is measured, two people look alike as easily as one person twice.
    if (all.filter(({ measured }) => measured).length < 4) return null
    const rows: string[][] = []
    for (const source of shuffled(table.rows, random)) {
      if (rows.length >= table.rows.length) break
      for (let n = sizes(random); n > 0; n--) rows.push(repeated(source, all, share, random))
    }
    const made = withRows(table, shuffled(rows, random))
    // A class that has lost nearly all of its rows cannot be in every part.
    return table.task === 'regression' || commonClasses(made).length === classesOf(table).length ? made : null
  }
}

/** Moves every measured column, or a share of them, by `move(place)` SDs, with place from 0 to 1 in the file. */
function moved(table: Table, random: Stream, share: number, move: (place: number) => number): Table {
  const all = spreads(table)
  const chosen = all.map(({ measured }) => measured && random.uniform() < share)
  const first = all.findIndex(({ measured }) => measured)
  const rows = shuffled(table.rows, random).map((row, i) =>
    row.map((cell, j) => {
      const spread = all[j]
      if (!spread?.measured || !(chosen[j] || j === first)) return cell
      return (Number(cell) + spread.sd * move(i / table.rows.length)).toFixed(Math.max(spread.decimals, 1))
    }),
  )
  return withRows(table, rows)
}

const drifting = (share: number, move: (place: number) => number) => (table: Table, random: Stream) =>
  spreads(table).some(({ measured }) => measured) ? moved(table, random, share, move) : null

const leaks: readonly CheckName[] = ['formula', 'leakage', 'hindsight']

export const plants: readonly Plant[] = [
  { name: 'nothing', what: 'the set as it is', expects: null, into: (table) => table },
  {
    name: 'honest noise',
    what: 'a column of random numbers',
    expects: null,
    into: (table, random) => withColumn(table, 'noise', () => random.normal().toFixed(4)),
  },
  {
    name: 'honest category',
    what: 'a random category of 4 levels',
    expects: null,
    into: (table, random) => withColumn(table, 'ward', () => anyOf([...'abcd'], random)),
  },
  {
    name: 'honest year',
    what: 'a random year of 20',
    expects: null,
    into: (table, random) => withColumn(table, 'year', () => 2000 + random.integer(20)),
  },
  {
    name: 'honest amount',
    what: 'a random amount in whole cents, log-normal',
    expects: null,
    into: (table, random) => withColumn(table, 'amount', () => Math.exp(7 + random.normal()).toFixed(2)),
  },
  {
    name: 'honest count',
    what: 'a large random count: a population',
    expects: null,
    into: (table, random) => withColumn(table, 'population', () => Math.round(Math.exp(11 + 1.5 * random.normal()))),
  },
  {
    name: 'leak: the label',
    what: 'the label under another name; of a number, twice it plus 1',
    expects: leaks,
    names: 'outcome',
    into: (table) =>
      withColumn(table, 'outcome', (row) => (table.task === 'regression' ? 2 * Number(target(row)) + 1 : `o${target(row)}`)),
  },
  {
    name: 'leak: a quarter wrong',
    what: 'the label, a quarter replaced by those of random rows; of a number, with noise of half an SD',
    expects: leaks,
    names: 'outcome',
    into: (table, random) => {
      const sd = table.task === 'regression' ? targetSd(table) / 2 : 0
      return withColumn(table, 'outcome', (row) => {
        if (table.task === 'regression') return (Number(target(row)) + sd * random.normal()).toFixed(3)
        return `o${target(random.uniform() < 0.25 ? anyOf(table.rows, random) : row)}`
      })
    },
  },
  {
    name: 'leak: half known',
    what: 'the label of a random half of the rows; "none", or 0, in the others',
    expects: leaks,
    names: 'outcome',
    into: (table, random) =>
      withColumn(table, 'outcome', (row) => {
        const known = random.uniform() < 0.5
        return table.task === 'regression' ? (known ? target(row) : 0) : known ? `o${target(row)}` : 'none'
      }),
  },
  {
    name: 'leak: flag of one class',
    what: 'a flag on four in five rows of one class, and on no other row',
    expects: leaks,
    names: 'treated',
    into: (table, random) => {
      if (table.task === 'regression') return null
      const chosen = anyOf(commonClasses(table), random)
      return withColumn(table, 'treated', (row) => (target(row) === chosen && random.uniform() < 0.8 ? 1 : 0))
    },
  },
  {
    name: 'leak: two columns, one sum',
    what: 'two columns of noise of three SDs whose sum is the label, or the number of the class',
    expects: leaks,
    names: 'part',
    into: (table, random) => {
      const regression = table.task === 'regression'
      const classes = shuffled(classesOf(table), random)
      const value = (row: readonly string[]): number => (regression ? Number(target(row)) : classes.indexOf(target(row)))
      const sd = regression ? targetSd(table) : classes.length
      const noise = table.rows.map(() => 3 * sd * random.normal())
      const one = withColumn(table, 'part_a', (_, i) => (noise[i] ?? 0).toFixed(4))
      return withColumn(one, 'part_b', (row, i) => (value(row) - (noise[i] ?? 0)).toFixed(4))
    },
  },
  {
    name: 'groups without a key: near',
    what: 'four rows of each source, measured again with an error of 0.05 SD, shuffled',
    expects: ['siblings'],
    into: grouped(0.05, () => 4),
  },
  {
    name: 'groups without a key',
    what: 'four rows of each source, measured again with an error of 0.15 SD, shuffled',
    expects: ['siblings'],
    into: grouped(0.15, () => 4),
  },
  {
    name: 'groups without a key: uneven',
    what: 'one to eight rows of each source, measured again with an error of 0.1 SD, shuffled',
    expects: ['siblings'],
    into: grouped(0.1, (random) => 1 + random.integer(8)),
  },
  {
    name: 'drift: a step',
    what: 'rows in random order; from two thirds of the file on, every measured input is 1 SD higher',
    expects: ['trend'],
    into: drifting(1, (place) => (place < 2 / 3 ? 0 : 1)),
  },
  {
    name: 'drift: a slope',
    what: 'rows in random order; about a third of the measured inputs rises by 2 SDs along the file',
    expects: ['trend'],
    into: drifting(1 / 3, (place) => 2 * place),
  },
  {
    name: 'id: numbers',
    what: 'a random number of 8 digits',
    expects: ['identifier'],
    names: 'account',
    into: (table, random) => withColumn(table, 'account', () => 10_000_000 + random.integer(90_000_000)),
  },
  {
    name: 'id: texts',
    what: 'a random text of letters and digits',
    expects: ['identifier'],
    names: 'key',
    into: (table, random) => withColumn(table, 'key', () => `k${random.integer(2 ** 31).toString(36)}`),
  },
  {
    name: 'id: 16 digits',
    what: 'a random number of 16 digits that begins with 4, such as one of a card',
    expects: ['identifier'],
    names: 'card',
    into: (table, random) =>
      withColumn(
        table,
        'card',
        () => `4${Array.from({ length: 14 }, () => random.integer(10)).join('')}${random.integer(10)}`,
      ),
  },
  {
    name: 'time: seconds',
    what: 'seconds since 1970 that ascend along the file, up to 5,000 apart',
    expects: ['timestamp'],
    names: 'time',
    into: (table, random) => {
      let now = 1_700_000_000
      return withColumn(table, 'time', () => (now += 1 + random.integer(5000)))
    },
  },
  {
    name: 'time: seconds, shuffled',
    what: 'seconds since 1970 within a year, in random order',
    expects: ['timestamp'],
    names: 'time',
    into: (table, random) => withColumn(table, 'time', () => 1_600_000_000 + random.integer(31_536_000)),
  },
  {
    name: 'time: days',
    what: 'dates of one year as 20240131, in random order',
    expects: ['timestamp'],
    names: 'day',
    into: (table, random) =>
      withColumn(table, 'day', () =>
        new Date(1.7e12 + 864e5 * random.integer(365)).toISOString().slice(0, 10).replaceAll('-', ''),
      ),
  },
  {
    name: 'time: text',
    what: 'dates and times of one year as texts',
    expects: ['timestamp', 'identifier'],
    names: 'time',
    into: (table, random) =>
      withColumn(table, 'time', () => new Date(1.7e12 + 1000 * random.integer(31_536_000)).toISOString().slice(0, 19)),
  },
]
