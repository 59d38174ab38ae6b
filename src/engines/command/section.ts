import { err, ok, type Result } from '../../base/result.ts'
import type { TrainerDescription, TrainerFacts, TrainerPlace, TrainerSettings } from '../../records/trainer.ts'
import type { ScriptProblem, ScriptSource } from '../definition.ts'
import { describe } from './describe.ts'
import { scriptEnvironment } from './environment.ts'
import { digestFiles } from './files.ts'

const grace = 30

/** Asks the script of a section what it can do, and reads the files behind it. */
export async function describeSection(
  settings: TrainerSettings,
  { folder, env, signal = new AbortController().signal }: ScriptSource,
): Promise<Result<TrainerFacts, ScriptProblem>> {
  const files = await digestFiles(settings, folder)
  if (!files.ok) {
    const { key, index, message, found } = files.error
    return err({ code: 'trainer/files', path: [key, index], message, found })
  }
  const { command, seed: seedName, environment, timeout } = settings
  const described = await describe({
    command,
    seedName,
    folder,
    environment: scriptEnvironment(env, environment),
    timeout: { ...timeout, run: Math.min(timeout.run, timeout.start + timeout.silence) },
    grace,
    signal,
  })
  if (!described.ok) {
    const { kind, message } = described.error
    return err({ code: `trainer/${kind}`, path: ['command'], message: `the script does not describe itself: ${message}` })
  }
  const { value: description } = described
  if (description.modes.includes('train')) return ok({ description, files: files.value })
  return err({
    code: 'trainer/mode',
    path: ['command'],
    message: 'the script does not answer the mode train',
    found: description.modes.join(', ') || 'no modes',
  })
}

/** Where the runs of a study start. */
export async function placeOf(
  { timeout, environment }: TrainerSettings,
  { folder, env }: ScriptSource,
  description: TrainerDescription,
  scratch: string,
): Promise<TrainerPlace> {
  return { folder, environment: scriptEnvironment(env, environment), scratch, timeout, grace, description }
}
