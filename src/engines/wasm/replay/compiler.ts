import type { Tf } from '../../../layers/forward.ts'
import { NotTraceable } from '../../../layers/forward.ts'
import { type CompiledSteps, type Compiler, structureOf } from '../../../train/step-compiler.ts'
import type { TrainState } from '../../../train/step.ts'
import type { TrainingData } from '../../../train/types.ts'
import { openPredictProgram, outputsOf, type PredictProgram } from './predict-program.ts'
import { compiledSteps, openStepProgram, type StepProgram } from './step-program.ts'

/** Programs that a trainer keeps. They differ by levers that change what a step is, not by rates. */
const mostPrograms = 8
/** What they may use before another one is made. */
const mostBytes = 256 * 2 ** 20

/** Compiles steps and predictions to programs that replay the kernels of one of them. */
export function createCompiler(
  tf: Tf,
  data: TrainingData,
  simd: boolean,
  notice: (message: string) => void = () => {},
): Compiler {
  const [steps, predictions] = [kept<StepProgram>(), kept<PredictProgram>()]
  /** Why steps of a structure cannot be replayed. */
  const refused = new Map<string, NotTraceable>()
  let predictable = true
  return {
    compile(source, state, from) {
      const structure = structureOf(source, source.batches(from))
      const program = (at: TrainState, step: number): StepProgram =>
        steps.of(structure, () => openStepProgram(tf, source, at, step, simd))
      const refusal = refused.get(structure)
      if (refusal) throw refusal
      try {
        program(state, from)
      } catch (error) {
        if (error instanceof NotTraceable) refused.set(structure, error)
        throw error
      }
      // Looked up in each call, as other runs may have displaced it in the meantime.
      const run: CompiledSteps['run'] = (at, step, rates) =>
        compiledSteps(tf, program(at, step), source).run(at, step, rates)
      return { bytesPerStep: 0, run }
    },
    predict(model, state, rows) {
      if (!predictable) return null
      try {
        const program = predictions.of(String(rows.length), () => openPredictProgram(tf, model, state, data, rows, simd))
        return outputsOf(program, state, data, rows)
      } catch (error) {
        if (!(error instanceof NotTraceable)) throw error
        predictable = false
        notice(`evaluation runs one op at a time, which is slower: ${error.message}`)
        return null
      }
    },
    norms: () => null,
    dispose() {
      for (const programs of [steps, predictions]) programs.dispose()
    },
  }
}

/** The programs that were used last. */
function kept<P extends StepProgram | PredictProgram>() {
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
