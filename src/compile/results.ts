import { fingerprint } from '../base/hash.ts'
import type { Plan, TrainerWorkload } from '../records/plan.ts'
import type { ReadResults, ResultSplit } from '../records/results.ts'
import { confirmation } from '../stages/index.ts'
import { withWarmup } from './compile.ts'
import { normalizeLevers } from './normalize/levers.ts'
import type { ResultsSpec } from './normalized.ts'
import { presetFor } from './presets/index.ts'

/**
 * The plan of a study that somebody else ran: one job, the verification, with the seeds that the results have. It trains
 * nothing, so its levers are the defaults, which nobody shows.
 */
export function compileResults(spec: ResultsSpec, { seeds, rows }: Pick<ReadResults, 'seeds' | 'rows'>): Plan {
  const { name, task, objective, gates, leastEffect, results, measured } = spec
  const levers = normalizeLevers({}, presetFor({ tokens: false, images: false, text: false }), false, task, () => {})
  const workload: TrainerWorkload = {
    task,
    objective,
    // Results without labels do not say what they were measured on. Then only the names of their metrics identify it.
    data: {
      fingerprint: fingerprint({ task, names: results.names, labels: labelsOf(rows) }),
      rows: {
        train: 0,
        validation: rows.validation?.count ?? 0,
        test: rows.test?.count ?? 0,
      },
      classCount: null,
    },
    parameters: 0,
    metrics: measured.validation.length > 0 ? measured.validation : measured.test,
    program: {
      command: [],
      levers: {},
      seed: null,
      metrics: results.names.validation,
      code: '',
      measured: results.predictions === null ? 'self-reported' : isWhole(spec) ? 'from predictions' : 'self-reported',
      modes: [],
      perStepRate: false,
    },
  }
  const baseline = withWarmup(levers, 0)
  const settings = { stage: confirmation.name, seeds: seeds.length, looks: [seeds.length] }
  const job = {
    id: confirmation.name,
    needs: [],
    fingerprint: fingerprint({ workload, settings }),
    settings,
    templates: [],
    estimate: { runs: seeds.length, steps: 0 },
  }
  const plan = {
    version: 1,
    name,
    specFingerprint: fingerprint(spec),
    seed: 0,
    workload,
    baseline,
    jobs: [job],
    gates,
    ...(leastEffect ? { leastEffect } : {}),
    budget: { minutes: null, trials: null, reservedForVerification: 0 },
  } as const
  return { ...plan, fingerprint: fingerprint(plan) }
}

/** Whether every metric is computed from predictions. */
const isWhole = ({ results: { names } }: ResultsSpec): boolean =>
  Object.keys(names.validation).length + Object.keys(names.test).length === 0

function labelsOf(rows: ReadResults['rows']): { readonly [split in ResultSplit]?: string } {
  const { validation, test } = rows
  return { ...(validation ? { validation: validation.labels } : {}), ...(test ? { test: test.labels } : {}) }
}
