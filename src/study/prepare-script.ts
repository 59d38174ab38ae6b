import { dirname, resolve } from 'node:path'
import { InputError, printable } from '../base/diagnostics.ts'
import { compileScript } from '../compile/script.ts'
import type { TrainerSpec } from '../compile/normalized.ts'
import type { Locate } from '../dsl/parse.ts'
import { scriptEngine } from '../engines/index.ts'
import type { ScriptProblem, ScriptSource } from '../engines/definition.ts'
import { ownMetricNotes } from '../records/metrics.ts'
import type { Plan, TrainerWorkload } from '../records/plan.ts'
import type { Determinism, TrainerFacts, TrainerPlace } from '../records/trainer.ts'
import type { SpecSource } from './options.ts'
import { unwrap } from './read-spec.ts'

type Where = Pick<SpecSource, 'specPath' | 'signal' | 'env'>

/** Where a script runs, and with what. */
const sourceOf = ({ specPath, signal, env = {} }: Where): ScriptSource => ({
  folder: dirname(resolve(specPath)),
  env,
  signal,
})

/** Asks the script what it can do. Throws an `InputError` at the line of the section that is at fault. */
export async function describeScript({ trainer }: TrainerSpec, source: SpecSource, locate: Locate): Promise<TrainerFacts> {
  const described = await scriptEngine().scripts.describe(trainer, sourceOf(source))
  if (described.ok) return described.value
  throw scriptError(described.error, locate)
}

/** A problem of the script, at the line of its section. */
export const scriptError = ({ path, ...problem }: ScriptProblem, locate: Locate): InputError =>
  new InputError([{ severity: 'error', ...problem, at: locate(['trainer', ...path]) }])

export const scriptPlan = (spec: TrainerSpec, facts: TrainerFacts, locate: Locate): Plan<TrainerWorkload> =>
  unwrap(compileScript(spec, facts, locate))

/** Where the workers of a study start the script. */
export const scriptPlace = (
  { trainer }: TrainerSpec,
  source: Where,
  { description }: TrainerFacts,
  outDir: string,
): Promise<TrainerPlace> => scriptEngine().scripts.place(trainer, sourceOf(source), description, scratchFolder(outDir))

/** Where runs of a script write while they run, and leave what later runs are compared with. */
export const scratchFolder = (outDir: string): string => resolve(outDir, 'trainer')

interface Noted {
  readonly spec: TrainerSpec
  readonly facts: TrainerFacts
  readonly deterministic?: Determinism | null
}

const determinismNotes: Readonly<Record<Determinism, string>> = {
  bitwise: 'Two equal runs of the script had equal losses, bit by bit.',
  close: 'Two equal runs of the script had losses that differ only by rounding.',
  different: 'Two equal runs of the script had different losses, so no gate compares seeds in pairs.',
}

/** What a reader must know about numbers that a script made, in sentences. */
export function scriptNotes({ spec, facts, deterministic }: Noted): string[] {
  const { predictions, levers } = facts.description
  const taken = Object.values(spec.trainer.levers)
  const fixed = Object.keys(levers).filter((name) => !taken.includes(name) && spec.levers.custom?.[name] === undefined)
  return [
    predictions
      ? "All metrics were computed by tunegate, from the script's predictions and labels."
      : 'All metrics are self-reported by the training script; nothing checks them.',
    ...(predictions ? [] : ownMetricNotes(spec.trainer.metrics).map((note) => printable(note))),
    ...(deterministic ? [determinismNotes[deterministic]] : []),
    ...(fixed.length > 0
      ? [`The script's own values of ${fixed.map((name) => printable(name, 60)).join(', ')} were kept.`]
      : []),
  ]
}
