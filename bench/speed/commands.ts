import { join } from 'node:path'
import { median } from '../../src/stats/describe.ts'
import { root } from '../../test/support/architecture.ts'
import { row, title } from '../orchestration/print.ts'
import { inTurns, ratioOf, timed } from './processor.ts'

const goal = 8

/**
 * What the commands cost that people call again and again while they write a spec. `plan` without its probe, which trains
 * for a second on purpose.
 */
export async function commands(rounds: number): Promise<void> {
  title('Commands on digits against `node -e 0`, processor time')
  const cli = join(root, 'dist/cli/index.js')
  const spec = join(root, 'examples/digits/tuning.yml')
  const took = (...args: string[]): number => timed(process.execPath, args).processor
  const found = await inTurns(rounds, {
    node: () => took('-e', '0'),
    version: () => took(cli, '--version'),
    'validate --no-data': () => took(cli, 'validate', '--no-data', spec),
    validate: () => took(cli, 'validate', spec),
    plan: () => took(cli, 'plan', '--no-probe', spec),
  })
  for (const name of ['version', 'validate --no-data', 'validate', 'plan'] as const) {
    const ratio = ratioOf(found[name], found.node)
    const judged = name === 'validate' || name === 'plan' ? { goal: `≤ ${goal}×`, met: ratio <= goal } : undefined
    row(name, `${ratio.toFixed(1)}×; ${median(found[name]).toFixed(3)} s, Node ${median(found.node).toFixed(3)} s`, judged)
  }
}
