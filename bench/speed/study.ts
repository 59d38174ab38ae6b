import { join } from 'node:path'
import { median } from '../../src/stats/describe.ts'
import { root } from '../../test/support/architecture.ts'
import { bundleScript } from '../../test/support/worker-bundle.ts'
import { command, lastLine } from '../engines/peers.ts'
import { row, title } from '../orchestration/print.ts'
import type { BareSteps } from './bare-steps.ts'
import { inTurns, ratioOf, timed } from './processor.ts'

const goal = 1.4

/** What a whole study costs besides the steps that it asks for. */
export async function study(native: string, scratch: string, rounds: number): Promise<void> {
  title('The whole digits study against the bare native time of its steps, processor time')
  const program = join(scratch, 'bare-steps.mjs')
  await bundleScript('bench/speed/bare-steps.ts', program)
  const spec = join(root, 'examples/digits/tuning.yml')
  const out = join(scratch, 'study')
  const journal = join(out, 'journal.jsonl')
  const options = ['--fresh', '--baseline', 'retrain', '--engine', 'tensorflow', '--out', out]
  const bare: BareSteps[] = []
  const { whole, steps } = await inTurns(rounds, {
    whole: () => timed(process.execPath, [join(root, 'dist/cli/index.js'), 'run', spec, ...options]).processor,
    steps: () => {
      const again = lastLine(command(process.execPath, [program, JSON.stringify({ folder: native, spec, journal })]))
      bare.push(again as BareSteps)
      return (again as BareSteps).steps
    },
  })
  const ratio = ratioOf(whole, steps)
  const { count = NaN, different = NaN } = bare[0] ?? {}
  const seconds = (of: (one: BareSteps) => number): string => `${median(bare.map(of)).toFixed(2)} s`
  row(`${count} steps`, `${ratio.toFixed(2)}×; study ${median(whole).toFixed(2)} s, steps ${seconds((b) => b.steps)}`, {
    goal: `≤ ${goal}×`,
    met: ratio <= goal,
  })
  row(
    'the library besides steps',
    seconds((b) => b.others),
  )
  row(
    'JavaScript of the trainings',
    seconds((b) => b.all - b.steps - b.others),
  )
  row('starting, checking, recording, reporting', `${median(whole.map((w, i) => w - (bare[i]?.all ?? NaN))).toFixed(2)} s`)
  row('runs with other weights when trained again', String(different))
}
