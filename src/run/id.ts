import { fingerprint } from '../base/hash.ts'
import type { Workload } from '../records/plan.ts'
import type { RunRequest } from '../records/run.ts'
import { trainingVersion } from '../train/version.ts'

/**
 * What a run is known by: everything that shapes its result and nothing else, so that equal work has one id in every
 * process: 20 hexadecimal digits. Stage and label are left out; a run that two stages ask for is trained once.
 */
export function runIds(workload: Workload, engine: string): (request: RunRequest) => string {
  const shared = fingerprint([trainingVersion, workload, engine])
  return ({ levers, seed, job }) => fingerprint([shared, levers, seed, job]).slice(0, 20)
}
