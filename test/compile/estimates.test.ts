import { describe, expect, it } from 'vitest'
import { fingerprint } from '../../src/base/hash.ts'
import type { Plan, StageJob } from '../../src/records/plan.ts'
import type { RunRequest } from '../../src/records/run.ts'
import { stages } from '../../src/stages/index.ts'
import { play, type World } from '../support/world.ts'
import { compiled, iris } from './support.ts'

/**
 * The stages themselves are asked what they want in worlds where much or nothing happens; runs that are the same count
 * once.
 */
function asked(plan: Plan, job: StageJob, world: World): { readonly runs: number; readonly steps: number } {
  const stage = stages[job.id]
  if (!stage) throw new Error(`there is no stage ${job.id}`)
  const { requests } = play(stage, job.settings, world, {
    job,
    workload: plan.workload,
    seed: plan.seed,
    baseline: plan.baseline,
    incumbent: plan.baseline,
  })
  const each = new Map(requests.map((r) => [fingerprint([r.levers, r.seed, r.job]), r]))
  return { runs: each.size, steps: [...each.values()].reduce((sum, r) => sum + stepsOf(r, plan), 0) }
}

function stepsOf({ job, levers }: RunRequest, plan: Plan): number {
  if (job.kind !== 'train') return job.steps
  const epoch = Math.floor(plan.workload.data.rows.train / (levers.batching.batchSize * levers.batching.accumulate))
  return Math.round(epoch * levers.scheduling.epochs * job.length * job.stopAfter)
}

/** One norm a step of a full run: the stage counts a run's steps by them. */
const norms = Array.from({ length: 180 }, (_, i) => 1 + i / 10)
/** Every lever matters a great deal, edges agree, small batches pay: each stage asks for all it may. */
const eventful: World = {
  noise: 0.001,
  edge: () => 0.1,
  noiseScale: 1e6,
  gradientNorms: norms,
  truth: ({ optimization, batching, regularization, scheduling }) =>
    2 +
    0.05 * Math.log2(batching.batchSize) +
    0.1 * Math.abs(Math.log10(optimization.learningRate / 0.03)) -
    0.2 * regularization.weightDecay -
    0.3 * regularization.dropout -
    0.1 * regularization.labelSmoothing -
    (scheduling.schedule === 'step' ? 0.2 : 0) -
    (scheduling.clipNorm === null ? 0.1 : 0),
}
const uneventful: World = { noise: 0.01, truth: () => 1, gradientNorms: norms }

const specs = {
  defaults: iris,
  image: `${iris}preset: vision-cnn\n`,
  small: `${iris}stages:
  - lr-range: { seeds: 2, backOff: [0.5] }
  - batch: { largest: 64 }
  - regularize: { grid: { weightDecay: [0, 0.01, 0.1] } }
  - schedule: { clipPercentiles: [0.9], optimizers: [] }
  - verify: { seeds: 2 }
`,
}

describe.each(Object.entries(specs))('estimates of %s', (name, text) => {
  const { plan } = compiled(text)
  it('count steps in the length of run that the worlds have', () =>
    expect(plan.jobs.at(-1)?.templates[0]?.stepsPerRun).toBe(norms.length))

  it.each(plan.jobs.map((job) => [job.id, job] as const))(
    '%s asks for no more than its estimate, and in an eventful world for most of it',
    (id, job) => {
      for (const world of [eventful, uneventful]) {
        const spent = asked(plan, job, world)
        expect(spent.runs, `${name}, ${id}`).toBeLessThanOrEqual(job.estimate.runs)
        // A rung is rounded to steps here and to epochs there.
        expect(spent.steps, `${name}, ${id}`).toBeLessThanOrEqual(job.estimate.steps * 1.02)
      }
      // What follows only from a larger batch, from a winner of several levers or from a gain that is nearly enough, and remedies
      // need curves and luck that the world does not have.
      const sure = job.templates
        .filter((t) => !/^shares|^rest|^recheck|^second-look/.test(t.id))
        .reduce((sum, t) => sum + t.trials * t.seeds, 0)
      if (id !== 'verify') expect(asked(plan, job, eventful).runs).toBeGreaterThanOrEqual(0.65 * sure)
    },
  )
})
