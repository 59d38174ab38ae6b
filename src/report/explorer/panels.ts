import type { ExplorerData } from './data.ts'
import type { Measure } from './lines.ts'

/** One picture of every trial. The page's script draws it from this, and so does the chart of the SVG and PNG files. */
export interface Panel {
  readonly id: 'main' | 'norm' | 'rate' | 'clip'
  /** The chart's id if it is a file. */
  readonly file: string
  /** What it begins with; on the page a reader may choose another for `main`. */
  readonly measure: Measure
  readonly title: string
  readonly axis: string
  readonly log: boolean
  /** Values are shares, shown from 0 to 100 %. */
  readonly percent: boolean
  /** What to see in it. */
  readonly sentence: string
}

/** From top to bottom, over one shared axis of epochs. */
export const panels = ({ objective, direction }: Pick<ExplorerData, 'objective' | 'direction'>): readonly Panel[] => [
  {
    id: 'main',
    file: 'trials',
    measure: 'objective',
    title: `Validation ${objective} by epoch`,
    axis: `validation ${objective}`,
    log: false,
    percent: false,
    sentence: `One line per trial; ${direction}. Lines that level off together have reached what these levers allow.`,
  },
  {
    id: 'norm',
    file: 'trial-gradient-norms',
    measure: 'gradientNorm',
    title: 'Gradient norm by epoch',
    axis: 'L2 norm (log scale)',
    log: true,
    percent: false,
    sentence: 'Global L2 norm before clipping. A rising norm often precedes a diverging loss.',
  },
  {
    id: 'rate',
    file: 'trial-learning-rates',
    measure: 'learningRate',
    title: 'Effective learning rate by epoch',
    axis: 'learning rate',
    log: false,
    percent: false,
    sentence: 'After schedule and warmup. Compare it with turns in the other curves.',
  },
  {
    id: 'clip',
    file: 'trial-clipping',
    measure: 'clipped',
    title: 'Share of clipped steps by epoch',
    axis: 'clipped steps',
    log: false,
    percent: true,
    sentence: 'Over segments of the run. Near 100 %, the clip norm sets the step size instead of the learning rate.',
  },
]
