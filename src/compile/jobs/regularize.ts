import type { RegularizeSettings, TrialTemplate } from '../../plan/plan.ts'
import { stepsOf, type Study } from './job.ts'

type Axis = RegularizeSettings['grid'][number]

/** The pilot of augmentation, the rungs of the grid, then the way to the cell that survived and around the most sensitive lever. */
export function regularizeTemplates(settings: RegularizeSettings, study: Study): TrialTemplate[] {
  const pilots = settings.grid.filter((axis) => axis.lever === 'augmentation').map((axis) => pilot(axis, settings, study))
  const axes = settings.grid.filter((axis) => axis.lever !== 'augmentation')
  const rungs = gridRungs(axes, settings.eta)
  if (rungs.length === 0) return pilots
  const full = { job: 'train', seeds: settings.seeds, stepsPerRun: stepsOf(study) } as const
  const names = axes.map(({ lever }) => ({ lever, values: null }))
  return [
    ...pilots,
    ...rungs.map(({ trials, share }, i): TrialTemplate => ({
      id: `rung-${i + 1}`, title: `grid at ${sharePercent(share)} of a run`, job: 'train', varies: i === 0 ? axes : names,
      trials, seeds: settings.seeds, stepsPerRun: stepsOf(study, share), condition: null,
    })),
    { ...full, id: 'towards', title: 'incumbent, then one lever at a time to the best cell', varies: names, trials: 1 + axes.length, condition: 'if another cell than the incumbent survives' },
    { ...full, id: 'refine', title: 'between values, of the most sensitive lever', varies: names, trials: 2, condition: 'if a lever is sensitive and budget is left' },
  ]
}

function pilot(axis: Axis, settings: RegularizeSettings, study: Study): TrialTemplate {
  return {
    id: 'pilot', title: 'pilot', job: 'train', varies: [axis],
    trials: axis.values.length, seeds: settings.seeds, stepsPerRun: stepsOf(study), condition: null,
  }
}

export interface GridRung {
  readonly trials: number
  /** Length of its runs as a share of a full one. */
  readonly share: number
}

/** As in the stage: a shorter run says nothing about a full one. */
const shortestRung = 1 / 9

/** Successive halving over the crossed axes: each rung keeps one in η, the last is at full length; counted as the stage does. */
export function gridRungs(axes: readonly Axis[], eta: number): GridRung[] {
  const cells = axes.reduce((product, axis) => product * axis.values.length, 1)
  if (axes.length === 0 || cells < 2) return []
  const counts = [cells]
  const fits = (): boolean => 1 / eta ** counts.length >= shortestRung
  for (let left = cells; left > 1 && fits();) counts.push(left = Math.max(1, Math.floor(left / eta)))
  return counts.map((trials, i) => ({ trials, share: 1 / eta ** (counts.length - 1 - i) }))
}

const sharePercent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`
