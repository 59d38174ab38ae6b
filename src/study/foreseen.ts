import type { Diagnostic, SourcePosition } from '../base/diagnostics.ts'
import { lockBaseline } from '../gates/baseline.ts'
import { foresee, type Foreseen, type Foresight } from '../gates/foresight.ts'
import type { Plan } from '../records/plan.ts'
import { confirmationIn } from '../stages/index.ts'
import { readLock, type NamedLock } from './lock.ts'
import type { SpecSource } from './prepare.ts'
import { toolName } from './version.ts'

/**
 * What the gates will come to as far as it is known before a step is trained, at their places in the spec: by the lock that
 * they are held against, and its noise. Where the baseline is retrained, a lock beside the spec still tells the noise.
 */
export async function foreseenOf(
  plan: Plan, { specPath, baselinePath }: Pick<SpecSource, 'specPath' | 'baselinePath'>, locate: (gate: number, key: string) => SourcePosition,
): Promise<Diagnostic[]> {
  const verify = confirmationIn(plan.jobs.map((job) => job.settings))
  if (verify === undefined) return []
  const lock = await readLock(specPath, baselinePath)
  const baseline = lock && heldAgainst(lock, plan)
  const beside = lock ?? await readLock(specPath).catch(() => null)
  const noise = beside && !('reason' in heldAgainst(beside, plan)) ? { source: beside.source, seeds: beside.lock.seeds } : null
  const { parameters } = plan.workload
  const foresight: Foresight = { rules: plan.gates, seeds: verify.seeds, looks: verify.looks, parameters, baseline, noise }
  return foresee(foresight).map((said) => diagnosticOf(said, locate))
}

function diagnosticOf({ gate, key, code, ...said }: Foreseen, locate: (gate: number, key: string) => SourcePosition): Diagnostic {
  return { code: `gate/${code}`, severity: 'warning', at: locate(gate, key), ...said }
}

/** The engine is not chosen yet, so it is not held against the lock here. */
function heldAgainst({ lock, source }: NamedLock, { specFingerprint, workload: { data, objective, parameters } }: Plan): ReturnType<typeof lockBaseline> {
  return lockBaseline(lock, source, { dataFingerprint: data.fingerprint, specFingerprint, engine: lock.engine, objective, tool: toolName, parameters })
}
