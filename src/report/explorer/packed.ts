import type { ExplorerData, ExplorerRun } from './data.ts'
import type { GridCurve, GridValues } from './grid.ts'

/**
 * The numbers of the page in few bytes. Texts and series stand once, however many runs share them: schedules, epochs and
 * clipping are the same for most trials of a stage. A run is a list of its numbers and of places in those tables.
 */
interface Packed extends Omit<ExplorerData, 'runs'> {
  readonly texts: readonly string[]
  readonly series: readonly GridValues[]
  readonly runs: readonly PackedRun[]
}

type PackedRun = readonly [
  group: number,
  label: number,
  levers: number,
  status: number,
  seed: number,
  fold: number | null,
  best: number | null,
  epochs: number,
  ...series: readonly number[],
]

/** The series of a curve, in the order of a packed run. */
const seriesOf = [
  'loss',
  'gradientNorm',
  'learningRate',
  'clipped',
  'evaluated',
  'objective',
  'validationLoss',
] as const satisfies readonly (keyof GridCurve)[]

/** JSON that is safe inside a script element: nothing in it closes the element or opens a comment. */
export function embedded({ runs, ...head }: ExplorerData): string {
  const [texts, series] = [table((text: string) => text), table((values: GridValues) => JSON.stringify(values))]
  const packed = runs.map((run): PackedRun => {
    const { group, label, levers, status, seed, fold = null, best, curve } = run
    const names = [group, label, levers, status].map(texts.place) as [number, number, number, number]
    return [...names, seed, fold, best, curve.epochs, ...seriesOf.map((name) => series.place(curve[name]))]
  })
  const data: Packed = { ...head, texts: texts.items, series: series.items, runs: packed }
  return JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The data as they were before `embedded`, from its text. */
export function unpacked(text: string): ExplorerData {
  const { texts, series, runs, ...head } = JSON.parse(text) as Packed
  const textAt = (place: number): string => texts[place] ?? ''
  return {
    ...head,
    runs: runs.map(([group, label, levers, status, seed, fold, best, epochs, ...places]): ExplorerRun => {
      const values = seriesOf.map((name, i) => [name, series[places[i] ?? -1] ?? []] as const)
      return {
        group: textAt(group),
        label: textAt(label),
        levers: textAt(levers),
        status: textAt(status) as ExplorerRun['status'],
        seed,
        ...(fold === null ? {} : { fold }),
        best,
        curve: { epochs, ...Object.fromEntries(values) } as unknown as GridCurve,
      }
    }),
  }
}

/** Items that stand once, and the place of each. */
function table<Item>(keyOf: (item: Item) => string) {
  const [items, places]: [Item[], Map<string, number>] = [[], new Map()]
  const place = (item: Item): number => {
    const key = keyOf(item)
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, items.length)
    return items.push(item) - 1
  }
  return { items, place }
}
