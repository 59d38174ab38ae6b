import { rm } from 'node:fs/promises'
import { deriveSeed } from '../base/random.ts'
import type { Locate } from '../dsl/parse.ts'
import type { ScriptProblem } from '../engines/definition.ts'
import { scriptEngine } from '../engines/index.ts'
import type { SpecSource } from './options.ts'
import { isScript, type Prepared } from './prepare.ts'
import { scratchFolder, scriptError, scriptPlace } from './prepare-script.ts'

/** With what a few short runs of a script show before those of the study; a model as it is. Throws an `InputError` if it cannot be part of one. */
export async function checkedScript(
  prepared: Prepared,
  source: SpecSource & { readonly fresh?: boolean | undefined },
  locate: Locate,
  outDir: string,
): Promise<Prepared> {
  if (!isScript(prepared)) return prepared
  const { spec, facts, plan } = prepared
  if (spec.trainer.deterministic === 'off') return prepared
  if (source.fresh) await rm(scratchFolder(outDir), { recursive: true, force: true })
  const place = await scriptPlace(spec, source, facts, outDir)
  const seed = deriveSeed(plan.seed, 'check')
  const checked = await scriptEngine().scripts.check(plan.workload, plan.baseline, place, seed)
  if (!checked.ok) throw scriptError(checked.error, locate)
  const { deterministic } = checked.value
  if (spec.trainer.deterministic === 'require' && deterministic !== 'bitwise') {
    const problem: ScriptProblem = {
      code: 'trainer/not-deterministic',
      path: ['deterministic'],
      message: 'two equal runs of the script do not have equal losses',
      found: deterministic ?? 'no steps to compare',
      allowed: 'bitwise',
      hint: 'seed every source of chance and use deterministic operations, or write deterministic: check',
    }
    throw scriptError(problem, locate)
  }
  return { ...prepared, deterministic }
}
