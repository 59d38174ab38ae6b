import { tmpdir } from 'node:os'
import { printable } from '../../base/printable.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { TrainerDescription } from '../../records/trainer.ts'
import { TrainerFault, type Events } from './protocol/events.ts'
import { runScript, type Script } from './run-script.ts'
import { inFolder } from './scratch.ts'

/** Asks a script what it is and what it can do. The error is a sentence about what went wrong. */
export async function describe(script: Script): Promise<Result<TrainerDescription, TrainerFault>> {
  try {
    const { collected } = await inFolder(tmpdir(), 'tunegate-describe-', (folder) =>
      runScript(script, {
        id: 'describe',
        folder,
        asked: { mode: 'describe', seed: 0, levers: {} },
        describing: true,
      }),
    )
    if (collected.hello === null) throw new TrainerFault('no-report', 'the script did not report hello')
    return ok(descriptionOf(collected.hello))
  } catch (error) {
    if (error instanceof TrainerFault) return err(error)
    throw error
  }
}

export function descriptionOf(hello: Events['hello']): TrainerDescription {
  const { supports, rows = {} } = hello
  return {
    framework: word(hello.framework),
    device: word(hello.device),
    levers: supports.levers,
    modes: supports.modes,
    perStepRate: supports.per_step_lr ?? false,
    gradientNorms: supports.grad_norm ?? false,
    predictions: supports.predictions ?? false,
    test: supports.test ?? false,
    epochs: hello.epochs ?? null,
    rows: { train: rows.train ?? null, validation: rows.validation ?? null, test: rows.test ?? null },
    classes: hello.classes ?? null,
    parameters: hello.parameters ?? null,
  }
}

const word = (text = ''): string => printable(text.trim(), 60)

/** The engine's label: what trains, as the script says. */
export const labelOf = ({ framework, device }: TrainerDescription): string =>
  ['command', framework, device].filter((part) => part !== '').join(' ')
