import { InputError } from '../base/diagnostics.ts'
import { isTrainerSpec, type NormalizedSpec } from '../compile/normalized.ts'
import type { EngineChoice } from '../engines/choose.ts'
import { automaticEngines, scriptEngine, type EngineName, type EngineWish } from '../engines/index.ts'
import { needsBaseline } from '../gates/index.ts'
import { defaultBaseline, lockOf } from './baseline.ts'
import type { EngineSource } from './engine.ts'
import type { StudyOptions } from './options.ts'
import type { Preparing } from './prepare.ts'

/**
 * The engine for a spec. A script has one engine; every other spec takes the requested one. Throws an `InputError` if the
 * requested engine does not train what the spec has.
 *
 * @param study whose lock `auto` considers; omitted, it considers none
 */
export async function engineFor(
  source: EngineSource,
  { read, prepared }: Preparing,
  study?: Pick<StudyOptions, 'specPath' | 'baseline'>,
): Promise<{ readonly choice: EngineChoice; readonly wanted: EngineWish }> {
  const { wanted, choose } = source
  const { spec } = await read
  const { name } = scriptEngine()
  const script = isTrainerSpec(spec)
  if (wanted !== 'auto' && script !== (wanted === name)) throw unfit(wanted, script, name)
  if (!script) {
    const made = wanted === 'auto' && study ? await engineOfLock(spec, study) : null
    return { choice: made ? await choiceFor(made, source, prepared) : await choose(prepared), wanted }
  }
  return { choice: { engine: name, folder: null, why: 'the spec has a training script' }, wanted: name }
}

/** The engine that made a lock. */
interface Made {
  readonly name: EngineName
  /** What to call the lock. */
  readonly lock: string
}

/** The engine that made the lock that gates compare with: no gate compares engines. Null if none does, or no such is known. */
async function engineOfLock(
  { name, gates }: NormalizedSpec,
  { specPath, baseline = defaultBaseline }: Pick<StudyOptions, 'specPath' | 'baseline'>,
): Promise<Made | null> {
  if (!gates.some(needsBaseline)) return null
  // A lock that cannot be read is reported by those who judge with it.
  const found = await lockOf({ path: specPath, name }, baseline).catch(() => null)
  const made = found && automaticEngines().find((engine) => `${found.lock.engine} `.startsWith(`${engine.name} `))
  return found && made ? { name: made.name, lock: found.source } : null
}

/** That engine, without a look at those before it, or else the usual one. */
async function choiceFor({ name, lock }: Made, source: EngineSource, checked: Promise<unknown>): Promise<EngineChoice> {
  if (name !== automaticEngines()[0]?.name) {
    const here = await source.available(name, checked)
    if (here.ok) {
      const why = `${lock} was made on it, and gates do not compare engines (name an engine to train on another)`
      return { engine: name, folder: here.value, why }
    }
  }
  const usual = await source.choose(checked)
  if (usual.engine === name) return usual
  return { ...usual, why: `${usual.why}; gates cannot compare with ${lock}, which was made on ${name}` }
}

const unfit = (wanted: EngineName, script: boolean, name: EngineName): InputError =>
  new InputError([
    {
      code: 'engine/unfit',
      severity: 'error',
      message: script ? 'this engine does not train scripts' : 'this engine trains scripts, and the spec has a model',
      found: `--engine ${wanted}`,
      allowed: script ? `auto or ${name}` : 'auto, or an engine for models',
    },
  ])
