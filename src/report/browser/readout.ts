import type { ExplorerData, ExplorerRun } from '../explorer/data.ts'
import { lineOf, type Measure } from '../explorer/lines.ts'
import { nearest } from './lines.ts'

/** What the reader chose to see. */
export interface State {
  measure: Measure
  smoothing: number
  log: boolean
  /** Indices of the runs that pass the filters. */
  visible: number[]
  /** The highlighted trial, and the epoch at which it is read. */
  run: number | null
  epoch: number | null
}

const short = (value: number): string => String(Number(value.toPrecision(4))).replace('-', '−')
const plain: Readonly<Record<string, string>> = {
  loss: 'training loss',
  gradientNorm: 'gradient norm',
  learningRate: 'learning rate',
  clipped: 'clipped',
}

export const nameOf = (data: ExplorerData, measure: Measure): string =>
  measure === 'objective'
    ? `validation ${data.objective}`
    : measure === 'validationLoss'
      ? `validation ${data.loss}`
      : (plain[measure] ?? measure)

export const titleOf = ({ group, label, seed, fold }: ExplorerRun): string =>
  `${group}: ${label}, seed ${seed}${fold === undefined ? '' : `, fold ${fold}`}`

/** The highlighted trial in words: what the lines show, for readers who cannot point at them. */
export function readout(data: ExplorerData, state: State): string {
  const run = state.run === null ? undefined : data.runs[state.run]
  if (!run) return 'Point at a line, or choose a trial, to read its values.'
  const measures: Measure[] = [...new Set<Measure>([state.measure, 'gradientNorm', 'learningRate', 'clipped'])]
  const epoch = state.epoch ?? run.curve.evaluated.at(-1) ?? run.curve.epochs
  const values = measures.map((m) => {
    const line = lineOf(run, m)
    const value = line.y[nearest(line, epoch)] ?? null
    return `${nameOf(data, m)} ${value === null ? '–' : m === 'clipped' ? `${short(value * 100)} %` : short(value)}`
  })
  const best = run.best === null ? run.status : `best validation ${data.objective} ${short(run.best)}`
  return `${titleOf(run)}${run.levers === '' ? '' : ` (${run.levers})`}; ${best}. At epoch ${short(epoch)}: ${values.join(', ')}.`
}
