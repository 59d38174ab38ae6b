import { isTrainerSpec, type ModelSpec, type NormalizedSpec } from '../../src/compile/normalized.ts'
import { isTrainer, type ModelWorkload, type Workload } from '../../src/records/plan.ts'
import { isScript, type Prepared, type PreparedModel } from '../../src/study/prepare.ts'

/** The spec of a model; a test that expects one fails for a script. */
export function modelSpec(spec: NormalizedSpec): ModelSpec {
  if (isTrainerSpec(spec)) throw new Error('the spec has a training script')
  return spec
}

export function modelWorkload(workload: Workload): ModelWorkload {
  if (isTrainer(workload)) throw new Error('the workload is a training script')
  return workload
}

export function preparedModel(prepared: Prepared): PreparedModel {
  if (isScript(prepared)) throw new Error('the study has a training script')
  return prepared
}
