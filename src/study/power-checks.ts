import type { Diagnostic, SourcePosition } from '../base/diagnostics.ts'
import { lockBaseline } from '../gates/baseline.ts'
import { checkPower, type PowerFinding } from '../gates/power-check.ts'
import type { Plan } from '../records/plan.ts'
import { confirmationIn } from '../stages/index.ts'
import { lockOf, type Baseline, type NamedLock } from './baseline.ts'
import { toolName } from './version.ts'

/**
 * The expected result of each gate, as far as it is known before training, at its place in the spec. It rests on the lock
 * that the gates compare with, and the lock's noise. If the baseline is retrained, a lock beside the spec still shows the
 * noise.
 */
export async function powerChecksOf(
  plan: Plan,
  { specPath, baseline: against }: { readonly specPath: string; readonly baseline?: Baseline | undefined },
  locate: (gate: number, key: string) => SourcePosition,
): Promise<Diagnostic[]> {
  const verify = confirmationIn(plan.jobs.map((job) => job.settings))
  if (verify === undefined) return []
  const spec = { path: specPath, name: plan.name }
  const lock = await lockOf(spec, against)
  const baseline = lock && heldAgainst(lock, plan)
  const beside = lock ?? (await lockOf(spec).catch(() => null))
  const noise =
    beside && !('reason' in heldAgainst(beside, plan)) ? { source: beside.source, seeds: beside.lock.seeds } : null
  const { parameters } = plan.workload
  const { seeds, looks } = verify
  return checkPower({ rules: plan.gates, seeds, looks, parameters, baseline, noise }).map((said) =>
    diagnosticOf(said, locate),
  )
}

function diagnosticOf(
  { gate, key, code, ...said }: PowerFinding,
  locate: (gate: number, key: string) => SourcePosition,
): Diagnostic {
  return { code: `gate/${code}`, severity: 'warning', at: locate(gate, key), ...said }
}

/** The engine is not chosen yet, so it is not compared with the lock's here. */
function heldAgainst(
  { lock, source }: NamedLock,
  { specFingerprint, workload: { data, objective, parameters } }: Plan,
): ReturnType<typeof lockBaseline> {
  return lockBaseline(lock, source, {
    dataFingerprint: data.fingerprint,
    specFingerprint,
    engine: lock.engine,
    objective,
    tool: toolName,
    parameters,
  })
}
