import { join } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { explainFileError, makeFolder } from '../base/files.ts'
import { candidateSeeds } from '../gate/baseline.ts'
import type { BaselineEvidence } from '../gate/evidence.ts'
import type { Plan } from '../plan/plan.ts'
import { execute } from '../run/execute.ts'
import { stages } from '../stages/index.ts'
import type { Choice } from '../provision/status.ts'
import { withBreaks } from './engine.ts'
import { prepare, type Prepared } from './prepare.ts'
import { openJournal, startPool } from './means.ts'
import type { StudyOptions } from './run-study.ts'

/**
 * Retrains model and declared levers of another spec (the base branch's) on the data and verification seeds of this study,
 * all of them, since their looks come later. Its journal lies in `baseline/` of the study's folder, so that it is trained
 * once. Throws an `InputError` where the two would not be comparable.
 */
export async function retrainBase(
  options: StudyOptions, specPath: string, head: Prepared, choice: Choice, outDir: string,
): Promise<BaselineEvidence> {
  const seeds = verifySeeds(head.plan)
  const base = await prepare({ specPath, workspace: options.workspace, stages: ['verify'], ...(seeds === undefined ? {} : { seeds }) })
  requireComparable(base.plan, head.plan, specPath)
  const { listener, clock, signal } = options
  listener({ type: 'notice', message: `retraining the baseline of ${specPath}` })
  const folder = join(outDir, 'baseline')
  await makeFolder(folder).catch((error: unknown) => { throw explainFileError(error, 'run/no-output-folder', 'the folder of the baseline cannot be made') })
  const pool = await startPool(options, Promise.resolve(base), choice)
  try {
    const journal = await openJournal(folder, base, pool.engine, options)
    try {
      // The head's root seed: both sides are verified on the same seeds.
      const plan: Plan = { ...base.plan, seed: head.plan.seed }
      const { decisions } = await execute(plan, { stages, runner: withBreaks(pool), journal, listener, clock, ...(signal ? { signal } : {}) })
      const found = decisions.find((d) => d.stage === 'verify')?.findings
      const runs = found?.stage === 'verify' ? candidateSeeds(found.verify) : []
      return { source: `the levers of ${specPath}, retrained on the same seeds`, runs, notes: [] }
    } finally {
      await journal.close()
    }
  } finally {
    pool.close()
  }
}

function verifySeeds({ jobs }: Plan): number | undefined {
  const settings = jobs.find((j) => j.id === 'verify')?.settings
  return settings?.stage === 'verify' ? settings.seeds : undefined
}

/** Everything that differs, at once. */
function requireComparable(base: Plan, head: Plan, specPath: string): void {
  const differ = [
    ...(base.workload.task === head.workload.task ? [] : [`task ${base.workload.task}, here ${head.workload.task}`]),
    ...(base.workload.data.fingerprint === head.workload.data.fingerprint ? [] : ['other data or another split']),
  ]
  if (differ.length === 0) return
  throw new InputError([{
    code: 'baseline/incompatible', severity: 'error', message: `the metrics of ${specPath} are not comparable with those of this study`,
    found: differ.join('; '), hint: 'retrain a base spec with the same task, data and split, or gate against the declared levers by --baseline retrain',
  }])
}
