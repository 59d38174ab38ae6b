// The best levers that are known for a data set: the trials of all arms, narrowed down by more and more seeds.
import type { Levers } from '../../src/records/levers.ts'
import { initialStages } from '../../src/stages/index.ts'
import { mean } from '../../src/stats/describe.ts'
import { benchSeeds } from './final.ts'
import { fullRun, stepsOf, validationScore, type Problem } from './problem.ts'

/** How many candidates each round takes, and how many seeds each then has. */
const rounds = [
  { candidates: 24, seeds: 2 },
  { candidates: 8, seeds: 5 },
  { candidates: 3, seeds: 10 },
] as const
const stage = initialStages[0]?.name ?? ''

/**
 * The candidate with the best mean on validation over seeds that no arm used. `candidates` come best first; a candidate that
 * fails under one seed is out. The test rows choose nothing, so an arm can end better than its oracle.
 */
export function oracleOf(problem: Problem, candidates: readonly Levers[]): { levers: Levers; steps: number } {
  const seeds = benchSeeds('oracle', 10)
  let left = [...new Map(candidates.map((levers) => [JSON.stringify(levers), levers])).values()]
  let steps = 0
  for (const round of rounds) {
    const scored = left.slice(0, round.candidates).map((levers) => {
      const runs = seeds
        .slice(0, round.seeds)
        .map((seed) => problem.train({ stage, label: 'oracle', levers, seed, job: fullRun }, 'scores'))
      steps += runs.reduce((sum, run) => sum + stepsOf(run), 0)
      return { levers, score: mean(runs.map((run) => validationScore(problem, run) ?? Infinity)) }
    })
    left = scored.toSorted((a, b) => a.score - b.score).map(({ levers }) => levers)
  }
  const [levers = problem.plan.baseline] = left
  return { levers, steps }
}
