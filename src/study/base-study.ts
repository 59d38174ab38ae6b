import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { explainFileError, makeFolder } from '../base/files.ts'
import { fingerprint } from '../base/hash.ts'
import { isTrainerSpec, type ModelSpec, type NormalizedSpec } from '../compile/normalized.ts'
import { candidateSeeds } from '../gates/baseline.ts'
import type { BaselineEvidence } from '../gates/evidence.ts'
import { checkPower } from '../gates/power-check.ts'
import { gateOf } from '../gates/index.ts'
import { verifyFindings } from '../records/decision.ts'
import type { Plan } from '../records/plan.ts'
import { execute } from '../run/execute.ts'
import { isConfirmation, stages } from '../stages/index.ts'
import type { EngineChoice } from '../engines/choose.ts'
import { baseDataset } from './base-dataset.ts'
import type { BaseData } from './base-file.ts'
import type { BaseSpec } from './baseline.ts'
import { withBreaks } from './engine.ts'
import { openJournal, startPool } from './resources.ts'
import type { SpecSource, StudyOptions } from './options.ts'
import { prepareBaseScript } from './base-script.ts'
import { factsOf } from './known-data.ts'
import { planOf } from './plan-spec.ts'
import { isScript, type Prepared } from './prepare.ts'
import { scratchFolder } from './prepare-script.ts'
import { readSpec } from './read-spec.ts'

/** How gates refer to a baseline that was retrained from a spec. */
export const retrainedSource = (path: string): string => `model and levers of ${path}, retrained on the same seeds`

/** The study that a baseline is retrained for, and what to retrain it with. */
export interface RetrainingFor {
  readonly head: Prepared
  readonly choice: EngineChoice
  /** Native threads per worker. */
  readonly threads: number
  readonly outDir: string
}

/**
 * Retrains model, inputs and levers of another spec (the base commit's) on this study's verification seeds. It measures as
 * this study does, on this study's validation and test rows. The training rows are the base commit's own, if there is one.
 * A training script runs in its own checkout.
 * Engine and machine are the same. All seeds are trained, since the study's looks come later. The journal is in `baseline/`
 * in the study's folder, so the baseline is trained once. Throws an `InputError` if it cannot be trained.
 */
export async function retrainBase(
  options: StudyOptions,
  spec: BaseSpec,
  { head, choice, threads, outDir }: RetrainingFor,
): Promise<BaselineEvidence> {
  const { prepared: base, notes, specPath = options.specPath } = await prepareBase(options, spec, head)
  const source = retrainedSource(spec.path)
  const { listener, clock, signal } = options
  listener({ type: 'notice', message: `retraining the baseline of ${spec.path}` })
  for (const message of decidedBySize(head.plan, base.plan, source)) listener({ type: 'notice', message })
  const folder = join(outDir, 'baseline')
  await makeFolder(folder).catch((error: unknown) => {
    throw explainFileError(error, 'run/no-output-folder', 'the baseline folder cannot be created')
  })
  const pool = await startPool({ ...options, specPath, outDir: folder }, Promise.resolve(base), choice, threads)
  try {
    const journal = await openJournal(folder, base, pool.engine, options)
    if (isScript(base) && journal.size === 0)
      await rm(join(scratchFolder(folder), 'labels'), { recursive: true, force: true })
    try {
      const { decisions } = await execute(base.plan, {
        stages,
        runner: withBreaks(pool),
        journal,
        listener,
        clock,
        signal,
      })
      const found = verifyFindings(decisions)
      const runs = found ? candidateSeeds(found) : []
      return { source, runs, notes, parameters: base.plan.workload.parameters }
    } finally {
      await journal.close()
    }
  } finally {
    pool.close()
  }
}

/** Gates that no training will change, since both models are already known. */
function decidedBySize({ gates, workload: { parameters } }: Plan, base: Plan, source: string): string[] {
  const baseline: BaselineEvidence = { source, runs: [], notes: [], parameters: base.workload.parameters }
  const rules = gates.filter((rule) => gateOf(rule).decidedByPlan)
  return checkPower({ rules, seeds: 0, looks: [], parameters, baseline, noise: null }).map(
    (said) => `${said.message}: ${said.found}`,
  )
}

/** The base as a separate study that only verifies. Any problem with it is reported at once. */
async function prepareBase(
  source: SpecSource & { readonly baseData?: BaseData | undefined },
  base: BaseSpec,
  head: Prepared,
): Promise<{ readonly prepared: Prepared; readonly notes: readonly string[]; readonly specPath?: string }> {
  const { path, text, tuned } = base
  const { workspace, baseData } = source
  const read = await readSpec({ specPath: path, workspace, specText: text })
  const { parsed, spec: own } = read
  requireTask(own, head.spec, path)
  if (isScript(head) || isTrainerSpec(own)) {
    const script = await prepareBaseScript(source, base, read, head, measuredAs(head.spec))
    return { ...script, notes: objectiveNotes(own, head.spec, path) }
  }
  const { checks, evaluateEvery } = head.spec
  // Its gates say which metrics, classes and segments are measured. They judge the study, and not the base.
  const { gates } = head.spec
  const spec: ModelSpec = { ...own, ...measuredAs(head.spec), gates, checks, evaluateEvery, data: rowsOf(head.spec, own) }
  const { dataset, notes } = await baseDataset({ path, data: spec.data, baseData }, head)
  const plan = planOf(spec, factsOf(dataset), parsed.locate, tuned)
  return {
    prepared: { ...head, dataset, spec, plan, warnings: [], gateLines: [] },
    notes: [...replaced(own, head.spec, path), ...notes],
  }
}

/** Source, target and split of the study, with the inputs of the base, which are part of its model. */
function rowsOf({ data }: ModelSpec, own: ModelSpec): ModelSpec['data'] {
  const { inputs: _i, standardize: _s, scaling: _c, missing: _m, categories: _g, weighting: _w, ...rest } = data
  return { ...rest, ...preparationOf(own.data) }
}

type Preparation = Pick<ModelSpec['data'], 'inputs' | 'standardize' | 'scaling' | 'missing' | 'categories' | 'weighting'>

/** How columns become inputs and rows are weighed, which is part of a model. */
const preparationOf = ({
  inputs,
  standardize,
  scaling,
  missing,
  categories,
  weighting,
}: ModelSpec['data']): Preparation => ({
  inputs,
  standardize,
  ...(scaling && { scaling }),
  ...(missing && { missing }),
  ...(categories && { categories }),
  ...(weighting && { weighting }),
})

/** What must come from the study for two metrics to measure the same thing: rows, seeds, and which checkpoint counts. */
function measuredAs({
  seed,
  objective,
  stages: all,
}: NormalizedSpec): Pick<NormalizedSpec, 'seed' | 'objective' | 'stages' | 'gates' | 'budget'> {
  return { seed, objective, stages: all.filter(isConfirmation), gates: [], budget: { minutes: null, trials: null } }
}

/** The parts of the base spec that were replaced and differ, for the verdict's notes. */
function replaced(own: ModelSpec, head: ModelSpec, path: string): string[] {
  const { target, split } = own.data
  const here = head.data
  const same = (one: unknown, other: unknown): boolean => fingerprint(one) === fingerprint(other)
  return [
    ...(same([target, split], [here.target, here.split])
      ? []
      : [`${path} declares another target or another split; it was retrained on the data of this study.`]),
    ...(same(preparationOf(own.data), preparationOf(here))
      ? []
      : [`${path} reads different inputs; it was retrained on its own inputs.`]),
    ...objectiveNotes(own, head, path),
  ]
}

const objectiveNotes = (own: NormalizedSpec, head: NormalizedSpec, path: string): string[] =>
  own.objective === head.objective
    ? []
    : [`${path} chooses checkpoints by ${own.objective}; both sides chose them by ${head.objective}.`]

function requireTask(base: NormalizedSpec, head: NormalizedSpec, path: string): void {
  if (base.task === head.task) return
  throw new InputError([
    {
      code: 'baseline/incompatible',
      severity: 'error',
      message: `the metrics of ${path} are not comparable with those of this study`,
      found: `task ${base.task}`,
      allowed: `task ${head.task}`,
      hint: 'use a base spec with the same task, or compare with the declared levers: --baseline retrain',
    },
  ])
}
