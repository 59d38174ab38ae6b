import { dirname, join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { isTrainerSpec, type NormalizedSpec, type TrainerSpec } from '../compile/normalized.ts'
import type { BaseSpec } from './baseline.ts'
import type { SpecSource } from './options.ts'
import { scriptPlanOf } from './plan-spec.ts'
import { isScript, type Prepared, type PreparedScript } from './prepare.ts'
import { describeScript } from './prepare-script.ts'
import type { ReadSpec } from './read-spec.ts'

/** The script of a base spec, and the path of a spec in the folder where it runs. */
export interface BaseScript {
  readonly prepared: PreparedScript
  readonly specPath: string
}

/**
 * The script of another checkout, as a study that only verifies. Its command, files, levers, environment and limits are its
 * own; seeds and objective are those of the study. Throws an `InputError` if its numbers would say nothing about the study:
 * other packages, which are installed once for both, or other data.
 *
 * @param measured what the study decides for both sides
 */
export async function prepareBaseScript(
  source: SpecSource,
  { path, folder, tuned }: BaseSpec,
  { parsed, spec: own }: ReadSpec,
  head: Prepared,
  measured: Partial<TrainerSpec>,
): Promise<BaseScript> {
  if (!isScript(head) || !isTrainerSpec(own)) throw otherKind(path, own)
  const spec: TrainerSpec = { ...own, ...measured }
  const specPath = folder === undefined ? path : join(folder, 'tuning.yml')
  const facts = await describeScript(spec, { ...source, specPath }, parsed.locate)
  if (facts.files.packages !== head.facts.files.packages) throw otherPackages(path, dirname(specPath))
  const plan = scriptPlanOf(spec, facts, parsed.locate, tuned)
  if (plan.workload.data.fingerprint !== head.plan.workload.data.fingerprint) throw otherData(path)
  return { prepared: { ...head, spec, facts, plan, warnings: [], gateLines: [] }, specPath }
}

const otherKind = (path: string, own: NormalizedSpec): InputError => {
  const found = isTrainerSpec(own) ? 'a training script' : 'a model'
  return refused(`${path} declares ${found}, and this study does not`, {
    found,
    hint: 'commit a tuning.lock.json on the base branch, or compare with the declared levers: --baseline retrain',
  })
}

/** An old script with new packages is neither the base nor the change. */
const otherPackages = (path: string, folder: string): InputError =>
  refused(`${path} pins other packages than this study, and only one set of them is installed`, {
    found: `other package lock files in ${folder}`,
    allowed: 'the same package lock files beside both specs',
    hint: 'compare a change of packages with a lock of the base commit',
  })

const otherData = (path: string): InputError =>
  refused(`the script of ${path} is measured on other data than this study`, {
    allowed: 'the same data files, numbers of rows and classes, and names of metrics',
    hint: 'tune on the default branch and commit the lock that it writes, once the data are there',
  })

const refused = (message: string, more: Pick<InputError['diagnostics'][number], 'found' | 'allowed' | 'hint'>): InputError =>
  new InputError([{ code: 'baseline/incompatible', severity: 'error', message, ...more }])
