// How often a study finds something where there is nothing: simulated worlds in which no lever matters.
import { verificationStatistics } from '../../src/gates/verification.ts'
import { verifyFindings } from '../../src/records/decision.ts'
import type { Plan } from '../../src/records/plan.ts'
import { confirmation } from '../../src/stages/index.ts'
import { runRequest, type World } from '../../test/support/world.ts'
import { markdownOf } from '../engines/results.ts'
import { decide } from './study.ts'

/** Loss and seed noise, whose ratio decides how large a gain looks. The noise must not make a loss negative. */
const worlds = [
  { truth: 0.1, noise: 0.01 },
  { truth: 0.5, noise: 0.005 },
  { truth: 0.2, noise: 0.03 },
] as const

interface Found {
  readonly movedBy: ReadonlySet<string>
  /** Whether the verification claims that the winner is better, on the objective. */
  readonly claimed: boolean
}

/** One study of a world; its verification is judged as a report judges it. */
async function study(plan: Plan, seed: number, { truth, noise }: (typeof worlds)[number]): Promise<Found> {
  const world: World = {
    truth: () => truth,
    noise,
    edge: () => 0.1,
    gradientNorms: [0.5, 1, 2, 3],
    noiseScale: 10,
  }
  const decisions = await decide({ ...plan, seed }, 'simulated', (request) => runRequest(world, request))
  const verified = verifyFindings(decisions)
  const claims = verified ? verificationStatistics(verified, plan.workload.objective).filter((c) => c.objective) : []
  return {
    movedBy: new Set(decisions.filter(({ lineage }) => lineage.length > 0).map(({ stage }) => stage)),
    claimed: claims.some(({ claim }) => claim === 'better'),
  }
}

/** The table of `count` studies in each world, with the stages and the settings of the plan. */
export async function nullTable(plan: Plan, count: number): Promise<string> {
  const names = plan.jobs.map(({ id }) => id).filter((id) => id !== confirmation.name)
  const rows: string[][] = []
  for (const [index, world] of worlds.entries()) {
    const found: Found[] = []
    // Noise depends on the seed alone, so each world has seeds of its own.
    for (let i = 0; i < count; i++) found.push(await study(plan, index * count + i, world))
    const share = (of: (one: Found) => boolean): string => (found.filter(of).length / count).toFixed(3)
    rows.push([
      `loss ${world.truth}, seed SD ${world.noise}`,
      ...names.map((name) => share(({ movedBy }) => movedBy.has(name))),
      share(({ movedBy }) => movedBy.size > 0),
      share(({ claimed }) => claimed),
    ])
  }
  const error = Math.sqrt((0.1 * 0.9) / count).toFixed(3)
  return markdownOf({
    title: `Nothing to find: share of ${count} studies that move a lever (standard error ${error} at .1)`,
    head: ['world', ...names, 'any', 'winner called better'],
    rows,
  })
}
