// Trains the runs of a journal again in one process, and prints the processor seconds that the native library took for
// their steps and for everything else that it was asked. A program of its own, told what to do in JSON; see study.ts.
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createTensorflowEngine } from '../../src/engines/tensorflow/engine.ts'
import type { Binding } from '../../src/engines/tensorflow/graph/binding.ts'
import { nativeEnvironment } from '../../src/engines/tensorflow/install/layout.ts'
import type { RunResult } from '../../src/records/run.ts'
import { isScript, prepare } from '../../src/study/prepare.ts'
import { createTrainer } from '../../src/train/trainer.ts'

interface Order {
  readonly folder: string
  readonly spec: string
  readonly journal: string
}

/** Processor seconds. */
export interface BareSteps {
  /** Native calls that take training steps. */
  readonly steps: number
  /** Native calls for evaluations and gradient norms. */
  readonly others: number
  /** The whole training, JavaScript included, without the start of the process. */
  readonly all: number
  /** Steps of all runs. */
  readonly count: number
  /** Runs whose weights are not those of the journal. */
  readonly different: number
}

const { folder, spec, journal } = JSON.parse(process.argv[2] ?? '') as Order
const processor = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const prepared = await prepare({ specPath: spec, workspace: dirname(spec), env: {} })
if (isScript(prepared)) throw new Error('the study of a script has no native steps')
Object.assign(process.env, nativeEnvironment)
const engine = await createTensorflowEngine({ folder })
const { backend } = engine.native
const { binding } = backend
const native = { steps: 0, others: 0 }
// The addon's own members cannot be replaced, so this goes in front of it.
backend.binding = Object.create(binding, {
  runSavedModel: {
    value: (...args: Parameters<Binding['runSavedModel']>) => {
      const before = processor()
      const outputs = binding.runSavedModel(...args)
      // The graph of steps gives its state back; every other graph has one output.
      native[outputs.length > 1 ? 'steps' : 'others'] += processor() - before
      return outputs
    },
  },
}) as Binding

const trainer = createTrainer(engine, prepared.plan.workload, prepared.dataset)
const runs = readFileSync(journal, 'utf8')
  .trim()
  .split('\n')
  .flatMap((line) => (JSON.parse(line) as { readonly run?: RunResult }).run ?? [])
const start = processor()
let [count, different] = [0, 0]
for (const { id, request, steps, ...known } of runs) {
  const again = trainer.run(request, id)
  count += steps.loss.length
  if (known.status === 'complete' && !(again.status === 'complete' && again.weights === known.weights)) different += 1
}
console.log(JSON.stringify({ ...native, all: processor() - start, count, different } satisfies BareSteps))
