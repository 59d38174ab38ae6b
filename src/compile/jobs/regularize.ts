import type { RegularizeSettings, TrialTemplate } from '../../records/plan.ts'
import { training, type Study } from './job.ts'

type Axis = RegularizeSettings['grid'][number]

/** The pilot of augmentation, the rungs of the grid, then what the surviving cell and the most sensitive lever lead to. */
export function regularizeTemplates({ grid, eta, seeds }: RegularizeSettings, study: Study): TrialTemplate[] {
  const pilots = grid.filter((axis) => axis.lever === 'augmentation').map((axis) =>
    training(study, { id: 'pilot', title: 'pilot', varies: [axis], trials: axis.values.length, seeds }))
  const axes = grid.filter((axis) => axis.lever !== 'augmentation')
  const names = axes.map(({ lever }) => ({ lever, values: null }))
  const rungs = gridRungs(axes, eta).map(({ trials, share }, i) => training(study, {
    id: `rung-${i + 1}`, title: `grid at ${percent(share)} of a run`, varies: i === 0 ? axes : names, trials, seeds, share,
  }))
  if (rungs.length === 0) return pilots
  const towards = training(study, {
    id: 'towards', title: 'incumbent, then one lever at a time to the best cell', varies: names,
    trials: 1 + axes.length, seeds, condition: 'if another cell than the incumbent survives',
  })
  const refine = training(study, {
    id: 'refine', title: 'between values, of the most sensitive lever', varies: names, trials: 2, seeds,
    condition: 'if a lever is sensitive and budget is left',
  })
  return [...pilots, ...rungs, towards, refine]
}

export interface GridRung {
  readonly trials: number
  /** Length of its runs as a share of a full one. */
  readonly share: number
}

/** As in the stage: a shorter run says nothing about a full one. */
const shortestRung = 1 / 9

/** Successive halving over the crossed axes: each rung keeps one in η, the last is at full length; as the stage does it. */
export function gridRungs(axes: readonly Axis[], eta: number): GridRung[] {
  const cells = axes.reduce((product, axis) => product * axis.values.length, 1)
  if (axes.length === 0 || cells < 2) return []
  const counts = [cells]
  let left = cells
  while (left > 1 && 1 / eta ** counts.length >= shortestRung) {
    left = Math.max(1, Math.floor(left / eta))
    counts.push(left)
  }
  return counts.map((trials, i) => ({ trials, share: 1 / eta ** (counts.length - 1 - i) }))
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`
