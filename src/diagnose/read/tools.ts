import { columnOf, plainName } from './columns.ts'
import type { RawRow } from './raw.ts'

/**
 * Translates a log that another tool wrote in a form of its own to known names. TensorBoard and MLflow write one metric per
 * file and name the file after it; W&B writes one column per run; YOLO and detectron2 write the parts of a loss. Any other
 * log is returned unchanged.
 */
export function fromTools(rows: RawRow[], file: string): RawRow[] {
  const names = [...new Set(rows.flatMap(({ cells }) => cells.map(([name]) => name)))]
  if (isTensorBoard(names)) return tensorBoard(rows, file)
  const runs = wandbColumns(names)
  if (runs.size > 0) return wandb(rows, runs)
  return summedLosses(withoutSummary(rows), names)
}

const isTensorBoard = (names: readonly string[]): boolean =>
  names.length === 3 && ['Wall time', 'Step', 'Value'].every((name) => names.includes(name))

function tensorBoard(rows: readonly RawRow[], file: string): RawRow[] {
  const metric = metricOfFile(file)
  return rows.map(({ cells, ...row }) => ({
    ...row,
    cells: cells.flatMap(([name, value]): RawRow['cells'] => {
      if (name === 'Value') return [[metric ?? name, value]]
      return name === 'Step' ? [['step', value]] : []
    }),
  }))
}

/** Rows of a metric that MLflow keeps as a file without a header: time, value and step; undefined for any other text. */
export function mlflowRows(text: string, file: string): RawRow[] | undefined {
  const metric = metricOfFile(file)
  return metric === undefined ? undefined : mlflowMetric(text, metric)
}

const mlflowLine = /^\d{10,16} (\S+) (\d+)\s*$/

/** The same for a metric whose name is known; undefined for any other text. */
export function mlflowMetric(text: string, metric: string): RawRow[] | undefined {
  if (!mlflowLine.test(text.slice(0, 200).split('\n')[0] ?? '')) return undefined
  const found = text
    .trim()
    .split('\n')
    .map((one) => mlflowLine.exec(one))
  if (found.includes(null)) return undefined
  return found.map((match, i) => ({
    line: i + 1,
    part: 0,
    cells: [
      ['step', match?.[2] ?? ''],
      [metric, match?.[1] ?? ''],
    ],
  }))
}

/**
 * The metric that a file's name ends with: `val_loss` for `run-a-tag-val_loss.csv`. TensorBoard's tag `epoch_loss` belongs
 * to the run `train` or `validation`.
 */
function metricOfFile(file: string): string | undefined {
  const name = plainName((file.split(/[/\\]/).at(-1) ?? '').replace(/\.(csv|txt|json)$/i, ''))
  const words = name.split('_')
  const tag = words.findIndex((_, i) => isMetric(words.slice(i).join('_')))
  if (tag < 0) return undefined
  const metric = words.slice(tag).join('_')
  const validates = words.slice(0, tag).some((word) => ['validation', 'val', 'eval', 'test'].includes(word))
  return validates && /^epoch_(loss|accuracy)$/.test(metric) ? metric.replace('epoch', 'val') : metric
}

const isMetric = (name: string): boolean => {
  const column = columnOf(name)
  return column !== undefined && !['run', 'stage', 'label', 'seed', 'step', 'epoch'].includes(column)
}

/** The columns `RUN - METRIC` of an export of W&B, without those of the smallest and largest values. */
function wandbColumns(names: readonly string[]): ReadonlyMap<string, readonly [run: string, metric: string]> {
  const split = names.flatMap((name): [string, [string, string]][] => {
    const at = name.lastIndexOf(' - ')
    const metric = name.slice(at + 3)
    return at > 0 && isMetric(metric) ? [[name, [name.slice(0, at), metric]]] : []
  })
  return new Map(split)
}

function wandb(rows: readonly RawRow[], columns: ReturnType<typeof wandbColumns>): RawRow[] {
  const runs = [...new Set([...columns.values()].map(([run]) => run))]
  return rows.flatMap(({ cells, ...row }) =>
    runs.flatMap((run) => {
      const own = cells.flatMap(([name, value]): RawRow['cells'] => {
        const column = columns.get(name)
        if (column) return column[0] === run && value !== '' ? [[column[1], value]] : []
        return columnOf(name) === undefined ? [] : [[name, value]]
      })
      return own.some(([name]) => isMetric(name)) ? [{ ...row, cells: [['run', run] as const, ...own] }] : []
    }),
  )
}

/** Without the last row of Hugging Face's log, which holds means over the whole training. */
const withoutSummary = (rows: RawRow[]): RawRow[] =>
  rows.filter(({ cells }) => !cells.some(([name]) => name === 'train_runtime'))

/** The names of the parts of a loss, by the column of their sum: `train/box_loss`, `val/cls_loss`. */
const parts = [
  ['train_loss', /^train_\w+_loss$/],
  ['val_loss', /^val_\w+_loss$/],
] as const

/** With the sum of the parts of a loss where the log has no loss, as YOLO writes it. */
function summedLosses(rows: RawRow[], names: readonly string[]): RawRow[] {
  const missing = parts.filter(([sum]) => !names.some((name) => columnOf(name) === columnOf(sum)))
  const found = missing.flatMap(([sum, pattern]) => {
    const of = names.filter((name) => pattern.test(plainName(name)))
    return of.length >= 2 ? [{ sum, of: new Set(of) }] : []
  })
  if (found.length === 0) return rows
  return rows.map((row) => ({
    ...row,
    cells: [...row.cells, ...found.map(({ sum, of }) => [sum, total(row, of)] as const)],
  }))
}

function total({ cells }: RawRow, names: ReadonlySet<string>): string {
  const own = cells.filter(([name]) => names.has(name)).map(([, value]) => value)
  return own.length < names.size || own.includes('') ? '' : String(own.reduce((sum, value) => sum + Number(value), 0))
}
