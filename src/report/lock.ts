import schema from '../../schema/lock.schema.json' with { type: 'json' }
import type { Lock, LockedSeed } from '../records/lock.ts'
import { parseJsonDocument, type DocumentKind } from './documents.ts'
import type { Report } from './model.ts'

export const mostLockBytes = 4_000_000

/** A lock lists the seeds with what they measured; it is small beside this. */
export const mostLockValues = 400_000

const kind: DocumentKind = {
  what: 'the lock',
  code: 'lock',
  schema,
  version: 1,
  mostBytes: mostLockBytes,
  mostValues: mostLockValues,
  hint: 'replace it: copy the lock from the output folder of a run',
}

/** The lock of a finished study. It contains no times, so the same study writes the same bytes. */
export function buildLock({ tool, study, levers, lineage, verification, budget }: Report): Lock {
  const digests = new Map(verification?.models?.map((model) => [model.seed, model.sha256]))
  const modelOf = (seed: number): Pick<LockedSeed, 'model'> => {
    const model = digests.get(seed)
    return model === undefined ? {} : { model }
  }
  return {
    version: 1,
    name: study.name,
    tool,
    engine: study.engine,
    objective: study.objective,
    ...(study.leastEffect ? { leastEffect: study.leastEffect } : {}),
    parameters: study.parameters,
    ...(study.trainer ? { trainer: study.trainer } : {}),
    ...(wasCutShort(budget) ? { cutShort: 'minutes' } : {}),
    fingerprints: study.fingerprints,
    levers: levers.chosen,
    lineage,
    seeds: (verification?.seeds ?? []).map(
      ({ seed, candidate: { status, validation, test, testRows, subsets, weights, averaged } }) => ({
        seed,
        status,
        validation,
        test,
        ...(testRows ? { testRows } : {}),
        ...(subsets ? { subsets } : {}),
        weights,
        ...modelOf(seed),
        ...(averaged ? { averaged } : {}),
      }),
    ),
    ...(verification?.ensemble ? { ensemble: verification.ensemble } : {}),
  }
}

/** Whether time ended the study early. Older reports say so only if no other limit came first. */
export const wasCutShort = ({ exhausted, cutShort }: Report['budget']): boolean =>
  exhausted === 'minutes' || cutShort !== undefined

const numberList = /\[\n\s+([\d.e+-]+(?:,\n\s+[\d.e+-]+)*)\n\s+\]/g

/** Indented, so that a change of one lever changes one line. Lists of numbers are one line each. */
export function lockText(lock: Lock): string {
  const text = JSON.stringify(lock, null, 2)
  return `${text.replace(numberList, (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`)}\n`
}

/** A lock from its text. Throws an `InputError` that says what is wrong and where. `file` is only for messages. */
export const parseLock = (text: string, file: string): Lock => parseJsonDocument(text, file, kind) as Lock
