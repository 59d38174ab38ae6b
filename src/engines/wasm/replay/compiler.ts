import type { Tf } from '../../../layers/forward.ts'
import { NotTraceable } from '../../../layers/forward.ts'
import { type Compiler, structureOf, untilRefused } from '../../../train/step-compiler.ts'
import { normStructure } from '../../../train/squared-norms.ts'
import type { TrainState } from '../../../train/step.ts'
import type { TrainingData } from '../../../train/types.ts'
import { createOpener } from './checked.ts'
import { type NormProgram, normsBy, openNormProgram } from './norm-program.ts'
import { openPredictProgram, predicted, type PredictProgram } from './predict-program.ts'
import type { Program } from './program.ts'
import type { Target } from './target.ts'
import {
  openStepProgram,
  planned,
  planOf,
  type RecordedStep,
  recordStep,
  takeSteps,
  type StepPlan,
  type StepProgram,
} from './step-program.ts'

/** Programs that a trainer keeps. They differ by levers that change what a step is, not by rates. */
const mostPrograms = 8
/** What they may use before another one is made. */
const mostBytes = 256 * 2 ** 20

/** Compiles steps and predictions to programs that replay the kernels of one of them. */
export function createCompiler(
  tf: Tf,
  data: TrainingData,
  target: Target,
  notice: (message: string) => void = () => {},
): Compiler {
  const [steps, predictions, norms] = [kept<StepProgram>(), kept<PredictProgram>(), kept<NormProgram>()]
  const opener = createOpener(target)
  /** By structure. Structures that differ in a lever alone mostly share a program. */
  const plans = new Map<string, StepPlan>()
  /** Why steps of a structure cannot be replayed. */
  const refused = new Map<string, NotTraceable>()
  const predicting = untilRefused('evaluation runs', notice)
  const measuring = untilRefused('the noise of gradients is measured', notice)
  return {
    compile(source, state, from) {
      const structure = structureOf(source, source.batches(from))
      const program = (at: TrainState, step: number): StepProgram => {
        let recorded: RecordedStep | undefined
        const record = (): RecordedStep => (recorded ??= recordStep(tf, source, at, step))
        const plan = plans.get(structure) ?? planOf(record())
        const opened = steps.of(plan.signature, () => openStepProgram(tf, record(), source, at, step, opener))
        plans.set(structure, plan)
        return planned(opened, plan)
      }
      const refusal = refused.get(structure)
      if (refusal) throw refusal
      try {
        program(state, from)
      } catch (error) {
        if (error instanceof NotTraceable) refused.set(structure, error)
        throw error
      }
      // Looked up in each call, as other runs may have displaced it in the meantime.
      return { bytesPerStep: 0, run: (at, step, rates) => takeSteps(tf, program(at, step), source, at, step, rates) }
    },
    predict(model, state, rows) {
      return predicting(() => {
        const program = predictions.of(String(rows.length), () => openPredictProgram(tf, model, state, data, rows, opener))
        return predicted(program, state, data, rows)
      })
    },
    norms(settings, state, batches) {
      return measuring(() => {
        const open = (): NormProgram => openNormProgram(tf, settings, state, batches, opener)
        return normsBy(tf, norms.of(normStructure(settings, batches), open), settings, state, batches)
      })
    },
    dispose() {
      for (const programs of [steps, predictions, norms]) programs.dispose()
    },
  }
}

/** The programs that were used last. */
function kept<P extends { readonly program: Program }>() {
  const programs = new Map<string, P>()
  const bytes = (): number => [...programs.values()].reduce((sum, { program }) => sum + program.bytes, 0)
  const makeRoom = (): void => {
    for (const [key, { program }] of programs) {
      if (programs.size < mostPrograms && bytes() <= mostBytes) return
      program.dispose()
      programs.delete(key)
    }
  }
  return {
    of(key: string, open: () => P): P {
      const known = programs.get(key)
      programs.delete(key)
      if (!known) makeRoom()
      const found = known ?? open()
      programs.set(key, found)
      return found
    },
    dispose() {
      for (const { program } of programs.values()) program.dispose()
      programs.clear()
    },
  }
}
