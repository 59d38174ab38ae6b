// The figures as a person reads them.
import { groupBy } from '../../src/base/lists.ts'
import { mean, median, sampleSd } from '../../src/stats/describe.ts'
import { holm } from '../../src/stats/tests.ts'
import { markdownOf, type Table } from '../engines/results.ts'
import { isGrid } from './grid.ts'
import { estimate, gapOf, unitOf, worsened, type Cell, type SetReference } from './results.ts'
import { isSearch } from './search.ts'
import type { DataSet } from './sets.ts'
import type { Start } from './starts.ts'

/** One data set as it was measured, with the oracle and the arms that it is compared with. */
export interface Judged {
  readonly set: DataSet
  readonly objective: string
  readonly oracle: SetReference['oracle']
  /** Of this day's rules and of the reference alike. */
  readonly cells: readonly Cell[]
  /** Steps of the tunegate arm from `init` by root seed, when the reference was made. */
  readonly budgets: SetReference['budgets']
}

/** Three digits or so; a dash for what is not known. */
function shown(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  const text = size >= 99.95 ? value.toPrecision(3) : value.toFixed(size >= 9.995 ? 1 : 2)
  return text.replace(/^-(?=[0.]+$)/, '')
}

/** `0.40 ± 0.12`: a mean with its standard error. */
export function estimateText(values: readonly number[]): string {
  const { mean: center, standardError } = estimate(values)
  return `${shown(center)} ± ${shown(standardError)}`
}

const cellsOf = ({ cells }: Judged, arm: string, start: Start): readonly Cell[] => {
  const own = cells.filter((c) => c.arm === arm)
  // A search and a grid know no start.
  return isSearch(arm) || isGrid(arm) ? own : own.filter((c) => c.start === start)
}

/** `0.40 (0.10, 0.70)`: the mean gap over root seeds, and each. */
function gapText(judged: Judged, arm: string, start: Start): string {
  const gaps = cellsOf(judged, arm, start).map((cell) => gapOf(cell, judged.oracle))
  if (gaps.length === 0) return ''
  const each = gaps.length > 1 ? ` (${gaps.map(shown).join(', ')})` : ''
  return `${shown(mean(gaps))}${each}`
}

/** Gap, steps and moves by data set and start. */
export function gapTable(all: readonly Judged[], arms: readonly string[], starts: readonly Start[]): Table {
  const rows = all.flatMap((judged) =>
    starts.map((start) => {
      const own = cellsOf(judged, 'tunegate', start)
      const ratios = own.flatMap(({ root, steps }) => steps / (judged.budgets[root] ?? NaN)).filter(Number.isFinite)
      return [
        `${judged.set.name}${judged.set.check ? ' (check)' : ''}`,
        start,
        ...arms.map((arm) => gapText(judged, arm, start)),
        ratios.length > 0 ? `×${mean(ratios).toFixed(2)}` : '',
      ]
    }),
  )
  return {
    title: 'Gap to the oracle on test, in its seed SDs: mean (each root seed)',
    head: ['set', 'start', ...arms, 'steps'],
    rows,
  }
}

/** What the oracle is, and what one SD is worth. */
export function oracleTable(all: readonly Judged[]): Table {
  return {
    title: 'The oracle on test: 10 seeds',
    head: ['set', 'kind', 'objective', 'mean', 'SD', 'steps'],
    rows: all.map(({ set, objective, oracle }) => [
      set.name,
      set.kind,
      objective,
      mean(oracle.final.test).toPrecision(4),
      unitOf(oracle).toPrecision(2),
      String(oracle.steps),
    ]),
  }
}

const setGap = (judged: Judged, arm: string, start: Start): number =>
  mean(cellsOf(judged, arm, start).map((cell) => gapOf(cell, judged.oracle)))

const counted = (all: readonly Judged[]): readonly Judged[] => all.filter(({ set }) => !set.check)

/** Means over the data sets, each with its standard error. */
export function meanTable(all: readonly Judged[], arms: readonly string[], starts: readonly Start[]): Table {
  const sets = counted(all)
  return {
    title: `Mean gap over ${sets.length} data sets ± standard error (median)`,
    head: ['start', ...arms],
    rows: starts.map((start) => [
      start,
      ...arms.map((arm) => {
        const gaps = sets.map((judged) => setGap(judged, arm, start)).filter(Number.isFinite)
        if (gaps.length === 0) return ''
        return `${estimateText(gaps)} (${shown(median(gaps))})`
      }),
    ]),
  }
}

/** How much smaller tunegate's gap is than that of each other arm, paired by data set. */
export function pairedTable(all: readonly Judged[], arms: readonly string[], starts: readonly Start[]): Table {
  const sets = counted(all)
  const others = arms.filter((arm) => arm !== 'tunegate')
  return {
    title: 'Gap of each arm minus that of tunegate, paired by data set: mean ± standard error (sets ahead, behind)',
    head: ['start', ...others],
    rows: starts.map((start) => [
      start,
      ...others.map((arm) => {
        const gains = sets.map((j) => setGap(j, arm, start) - setGap(j, 'tunegate', start)).filter(Number.isFinite)
        if (gains.length === 0) return ''
        const [ahead, behind] = [gains.filter((g) => g > 0).length, gains.filter((g) => g < 0).length]
        return `${estimateText(gains)} (${ahead}, ${behind})`
      }),
    ]),
  }
}

/** What grids of more and more levers find, and how many times the steps of a study from `init` they take. */
export function gridTable(all: readonly Judged[]): Table {
  const sets = counted(all)
  const names = [...new Set(sets.flatMap(({ cells }) => cells.map(({ arm }) => arm)))].filter(isGrid)
  const stepsOf = (judged: Judged, arm: string): number => mean(cellsOf(judged, arm, 'init').map(({ steps }) => steps))
  const rows = ['tunegate', ...names].map((arm) => {
    const gaps = sets.map((judged) => setGap(judged, arm, 'init')).filter(Number.isFinite)
    const behind = sets.map((j) => setGap(j, arm, 'init') - setGap(j, 'tunegate', 'init')).filter(Number.isFinite)
    const times = sets.map((judged) => stepsOf(judged, arm) / stepsOf(judged, 'tunegate')).filter(Number.isFinite)
    return [
      arm,
      estimateText(gaps),
      estimateText(behind),
      times.length > 0 ? `×${shown(median(times))}` : '',
      times.map(shown).join(', '),
    ]
  })
  return {
    title: `Grid search over ${sets.length} data sets, beside a study from init`,
    head: ['arm', 'gap', 'behind tunegate', 'steps (median)', 'steps of each set'],
    rows: names.length > 0 ? rows : [],
  }
}

/** Studies that made the objective on test worse than the levers that they started from. */
export function harmTable(all: readonly Judged[], starts: readonly Start[]): Table {
  const studies = all.flatMap((judged) =>
    starts.flatMap((start) => {
      const [declared] = cellsOf(judged, 'declared', start)
      return declared ? cellsOf(judged, 'tunegate', start).map((cell) => ({ judged, declared, cell })) : []
    }),
  )
  const raw = studies.map(({ cell, declared }) => worsened(cell, declared))
  // Each start is a family of its own: the promise is about `init`.
  const families = groupBy(
    studies.map((study, i) => ({ ...study, p: raw[i] ?? 1 })),
    ({ cell }) => cell.start,
  )
  const rows = [...families.values()].flatMap((family) => {
    const { adjusted } = holm(family.map(({ p }) => p))
    return family
      .map((study, i) => ({ ...study, adjusted: adjusted[i] ?? 1 }))
      .filter(({ p }) => p < 0.05)
      .map(({ cell, declared, judged, p, adjusted: holmP }) => [
        judged.set.name,
        cell.start,
        String(cell.root),
        shown(gapOf(cell, judged.oracle) - gapOf(declared, judged.oracle)),
        p.toPrecision(2),
        holmP.toPrecision(2),
        holmP < 0.05 ? 'worse' : '',
        cell.moved,
      ])
  })
  return {
    title: 'Studies that made test worse than their start (one-sided Welch, P below .05; Holm over the studies of a start)',
    head: ['set', 'start', 'root', 'SDs worse', 'P', 'P by Holm', 'verdict', 'moved'],
    rows: rows.length > 0 ? rows : [['none', '', '', '', '', '', '', '']],
  }
}

/** What each study moved, and how its stages spent their steps. */
export function movesTable(all: readonly Judged[], starts: readonly Start[]): Table {
  const rows = all.flatMap((judged) =>
    starts.flatMap((start) =>
      cellsOf(judged, 'tunegate', start).map((cell) => [
        judged.set.name,
        start,
        String(cell.root),
        shown(gapOf(cell, judged.oracle)),
        shown(sampleSd(cell.final.test) / unitOf(judged.oracle)),
        String(cell.steps),
        (cell.stages ?? []).map((s) => `${s.stage} ${s.steps} ${s.conclusion}`).join(', '),
        cell.moved,
      ]),
    ),
  )
  return { title: 'Studies', head: ['set', 'start', 'root', 'gap', 'seed SD', 'steps', 'stages', 'moved'], rows }
}

export const report = (all: readonly Judged[], arms: readonly string[], starts: readonly Start[]): string =>
  [
    oracleTable(all),
    movesTable(all, starts),
    gapTable(all, arms, starts),
    harmTable(all, starts),
    meanTable(all, arms, starts),
    pairedTable(all, arms, starts),
    gridTable(all),
  ]
    .filter(({ rows }) => rows.length > 0)
    .map(markdownOf)
    .join('\n\n')
