import { product } from '../../../layers/definition.ts'
import { NotTraceable, type Tf } from '../../../layers/forward.ts'
import {
  type CompiledSteps,
  type Compiler,
  type StepSource,
  structureOf,
  untilRefused,
} from '../../../train/step-compiler.ts'
import { normStructure } from '../../../train/squared-norms.ts'
import { coefficientsOf, type ModelState, predictors, stateOf, type TrainState, tensorsOf } from '../../../train/step.ts'
import type { Model, TrainingData } from '../../../train/types.ts'
import { createResident, type Native, type NativeTensor, type Resident } from './binding.ts'
import { openNormSession } from './norm-graph.ts'
import { openPredictSession } from './predict-graph.ts'
import type { Session } from './session.ts'
import { type BatchShape, type Feed, openStepSession } from './step-graph.ts'
import { addBatches, addMasks, createInputs } from './step-inputs.ts'
import { type Trace, traceStep } from './trace.ts'

/** Sessions that a trainer keeps open. Graphs differ by levers that change what a step is, not by rates. */
const mostSessions = 8
/** How far the compiled step's loss may be from the recorded one: the same numbers, summed in another order. */
const tolerance = 1e-3

export function createCompiler(
  tf: Tf,
  native: Native,
  data: TrainingData,
  notice: (message: string) => void = () => {},
): Compiler {
  const sessions = new Map<string, Session>()
  /** Keyed by what determines a step's graph: runs with other seeds and rates need no recording of their own. */
  const compiled = new Map<string, { readonly key: string; readonly trace: Trace }>()
  let resident: Resident | undefined
  /** Keys begin with the kind of session, so a session of another kind is never found. */
  const sessionFor = <S extends Session>(key: string, open: () => S): S => {
    const session = (sessions.get(key) as S | undefined) ?? open()
    sessions.delete(key)
    sessions.set(key, session)
    const [oldest] = sessions
    if (oldest && sessions.size > mostSessions) {
      oldest[1].close()
      sessions.delete(oldest[0])
    }
    return session
  }
  const predicting = untilRefused('evaluation runs', notice)
  const valuesOf = (session: Session, ids: readonly number[]): Float32Array => {
    const [{ id }] = session.run(ids) as [NativeTensor]
    const values = native.backend.binding.tensorDataSync(id) as Float32Array
    native.backend.binding.deleteTensor(id)
    return values
  }
  const predictSession = (model: Model, state: ModelState, rows: number): Session | null =>
    predicting(() =>
      sessionFor(`predict ${rows}`, () => openPredictSession(tf, native, model, state, data.inputShape, rows)),
    )
  return {
    compile(source, state, from) {
      resident ??= createResident(native.backend.binding, data)
      const batches = source.batches(from)
      const rows = batches[0]?.rows ?? 0
      const batch: BatchShape = { rows, inputShape: data.inputShape, width: source.width }
      const structure = structureOf(source, batches)
      const known = compiled.get(structure)
      const open = known && sessions.get(known.key)
      if (known && open)
        return compiledSteps(
          native,
          sessionFor(known.key, () => open),
          known.trace,
          source,
          resident,
          batch,
        )
      const trace = traceAt(tf, native, source, state, from)
      const feed: Feed = source.rowsOf
        ? { kind: 'resident', classes: source.settings.task === 'classification' }
        : { kind: 'batches' }
      const shapes = [...tensorsOf(state), ...source.fixed].map((t) => t.shape)
      const key = `${trace.fingerprint} ${feed.kind} ${rows}`
      const session = sessionFor(key, () => {
        assertSteady(trace, traceAt(tf, native, source, state, from + 1))
        return openStepSession(native, trace, shapes, batch, feed)
      })
      const steps = compiledSteps(native, session, trace, source, resident, batch)
      assertSame(trace, steps, state, from, source)
      compiled.set(structure, { key, trace: { ...trace, entries: [] } })
      return steps
    },
    predict(model, state, rows) {
      resident ??= createResident(native.backend.binding, data)
      const session = predictSession(model, state, rows.length)
      if (!session) return null
      const inputs = createInputs(native.backend.binding)
      try {
        inputs.keep(...native.backend.getInputTensorIds(predictors(state)), resident.inputs)
        inputs.add([rows.length], rows)
        return valuesOf(session, inputs.ids)
      } finally {
        inputs.dispose()
      }
    },
    norms(settings, state, batches) {
      try {
        const session = sessionFor(`norms ${normStructure(settings, batches)}`, () =>
          openNormSession(tf, native, settings, state, batches),
        )
        const [small = NaN, large = NaN] = valuesOf(
          session,
          native.backend.getInputTensorIds([...session.inputs(settings, state, batches)]),
        )
        return [small, large]
      } catch (error) {
        if (error instanceof NotTraceable) return null
        throw error
      }
    },
    dispose() {
      for (const session of sessions.values()) session.close()
      sessions.clear()
      resident?.dispose()
      resident = undefined
    },
  }
}

function traceAt(tf: Tf, native: Native, source: StepSource, state: TrainState, step: number): Trace {
  const { settings, fixed, upload, batches } = source
  const uploaded = upload(batches(step), step)
  try {
    return traceStep(tf, native.backend, {
      settings,
      state,
      fixed,
      batches: uploaded,
      coefficients: coefficientsOf(settings, step, anyRate),
    })
  } finally {
    tf.dispose(uploaded.flatMap((b) => [b.inputs, b.targets]))
  }
}

/** Rates enter a step as tensors, so a recorded step uses a rate that no other step has. */
const anyRate = 1e-3

/**
 * Two steps that differ in more than their inputs would be wrong from the second on: something is drawn or computed outside.
 */
function assertSteady(first: Trace, second: Trace): void {
  if (first.fingerprint !== second.fingerprint)
    throw new NotTraceable('its steps are not alike: JavaScript computes part of each step')
}

/** The graph's own first step must match the recorded one. */
function assertSame(trace: Trace, steps: CompiledSteps, state: TrainState, from: number, source: StepSource): void {
  const { state: after, reports } = steps.run(state, from, [source.settings.levers.optimization.learningRate])
  for (const tensor of tensorsOf(after)) tensor.dispose()
  const [loss, wanted] = [reports[0]?.loss ?? NaN, trace.lossValue]
  const same =
    Math.abs(loss - wanted) <= tolerance * Math.max(1, Math.abs(wanted)) ||
    !(Number.isFinite(loss) || Number.isFinite(wanted))
  if (!same) throw new NotTraceable(`the graph gives the loss ${loss} instead of ${wanted}`)
}

function compiledSteps(
  native: Native,
  session: Session,
  trace: Trace,
  source: StepSource,
  resident: Resident,
  batch: BatchShape,
): CompiledSteps {
  const { binding } = native.backend
  return {
    bytesPerStep: bytesPerStep(trace, batch, source.rowsOf !== null),
    run(state, from, rates) {
      const inputs = createInputs(binding)
      try {
        inputs.add([], Int32Array.of(rates.length))
        const known = native.backend.getInputTensorIds([...tensorsOf(state), ...source.fixed])
        const coefficients = rates.flatMap((rate, i) => coefficientsOf(source.settings, from + i, rate))
        inputs.keep(...known)
        inputs.add([rates.length, trace.coefficients.length], Float32Array.from(coefficients))
        addBatches(inputs, source, trace, resident, batch, from, rates.length)
        addMasks(inputs, trace, source.seed, from, rates.length)
        return outcome(native, state, session.run(inputs.ids), rates.length)
      } finally {
        inputs.dispose()
      }
    },
  }
}

function bytesPerStep({ batches, masks }: Trace, { rows, inputShape, width }: BatchShape, resident: boolean): number {
  const batch = resident ? rows : rows * (product(inputShape) + width)
  return 4 * batches.length * batch + masks.reduce((sum, { at }) => sum + product(at.shape), 0)
}

function outcome(
  { backend }: Native,
  before: TrainState,
  outputs: readonly NativeTensor[],
  count: number,
): ReturnType<CompiledSteps['run']> {
  const reports = outputs.at(-1) as NativeTensor
  const values = backend.binding.tensorDataSync(reports.id)
  backend.binding.deleteTensor(reports.id)
  const tensors = outputs.slice(0, -1).map((tensor) => backend.createOutputTensor(tensor))
  return {
    state: stateOf(tensors, before),
    reports: Array.from({ length: count }, (_, i) => ({ loss: values[2 * i] ?? NaN, norm: values[2 * i + 1] ?? NaN })),
  }
}
