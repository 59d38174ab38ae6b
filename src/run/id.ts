import { fingerprint } from '../base/hash.ts'
import type { Workload } from '../records/plan.ts'
import type { RunRequest } from '../records/run.ts'
import { trainingVersion } from '../train/version.ts'

/**
 * A run's id: a hash of everything that shapes its result and nothing else, so equal work has the same id in every process.
 * It has 20 hexadecimal digits. Stage and label are left out, so a run that two stages request is trained once.
 */
export function runIds(workload: Workload, engine: string): (request: RunRequest) => string {
  const shared = fingerprint([trainingVersion, workload, engine])
  return ({ levers, seed, fold, job }) =>
    fingerprint([shared, levers, seed, job, ...(fold === undefined ? [] : [fold])]).slice(0, 20)
}
