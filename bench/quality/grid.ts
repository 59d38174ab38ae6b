// Grid search, as a person would do it by hand: every combination of a few values, each trained once.
import { stepsOfRun, withLevers, type LeverPatch, type LeverValue } from '../../src/records/levers.ts'
import { takes } from '../../src/records/plan.ts'
import { initialStages } from '../../src/stages/index.ts'
import { benchSeeds } from './final.ts'
import { fullRun, stepsOf, validationScore, type Problem } from './problem.ts'
import { ranked, type Trial } from './search.ts'

/** The values of each lever, in the order in which people add levers to a grid. */
const axes = [
  { lever: 'learningRate', values: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2] },
  { lever: 'batchSize', values: [32, 64, 128] },
  { lever: 'weightDecay', values: [0.01, 0.1] },
  { lever: 'dropout', values: [0, 0.1, 0.3] },
  { lever: 'schedule', values: ['constant', 'cosine'] },
] as const satisfies readonly { readonly lever: string; readonly values: readonly LeverValue[] }[]

export type GridName = `grid of ${string}`
export const isGrid = (arm: string): arm is GridName => arm.startsWith('grid of ')

export interface Grid {
  readonly name: GridName
  readonly patches: readonly LeverPatch[]
}

/** Grids over the first lever, the first two, and so on. Each contains the one before it, so only its new runs are trained. */
export function gridsOf({ plan: { workload } }: Pick<Problem, 'plan'>): readonly Grid[] {
  const taken = axes
    .filter(({ lever }) => takes(workload, lever))
    .map(({ lever, values }) => ({
      lever,
      values: lever === 'batchSize' ? values.filter((size) => size <= workload.data.rows.train / 2) : values,
    }))
  return taken.map((_, last) => {
    const levers = taken.slice(0, last + 1)
    const patches = levers.reduce<LeverPatch[]>(
      (crossed, { lever, values }) => crossed.flatMap((patch) => values.map((value) => ({ ...patch, [lever]: value }))),
      [{}],
    )
    return { name: `grid of ${levers.length} ${levers.length === 1 ? 'lever' : 'levers'}`, patches }
  })
}

const stage = initialStages[0]?.name ?? ''

/** Every configuration of a grid once, under the seed that the searches of this root seed use; the best one first. */
export function searchGrid(problem: Problem, { patches }: Grid, root: number): { best: Trial | undefined; steps: number } {
  const { plan } = problem
  const [seed = 0] = benchSeeds(`trial ${root}`, 1)
  const warmup = plan.baseline.scheduling.warmupSteps / stepsOfRun(plan.baseline, plan.workload.data.rows.train)
  const trials = patches.map((patch): Trial => {
    const levers = withLevers(plan.baseline, patch)
    const warmupSteps = Math.round(warmup * stepsOfRun(levers, plan.workload.data.rows.train))
    const run = problem.train(
      { stage, label: 'grid', levers: withLevers(levers, { warmupSteps }), seed, job: fullRun },
      'scores',
    )
    return { levers: run.request.levers, score: validationScore(problem, run), steps: stepsOf(run) }
  })
  return { best: ranked(trials)[0], steps: trials.reduce((sum, { steps }) => sum + steps, 0) }
}
