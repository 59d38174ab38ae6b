import schema from '../../schema/lock.schema.json' with { type: 'json' }
import type { Lock } from '../records/lock.ts'
import { parseJsonDocument, type DocumentKind } from './documents.ts'
import type { Report } from './model.ts'

export const mostLockBytes = 4_000_000

const kind: DocumentKind = {
  what: 'the lock',
  code: 'lock',
  schema,
  version: 1,
  mostBytes: mostLockBytes,
  mostValues: 100_000,
  hint: 'replace it: copy the lock from the output folder of a run',
}

/** The lock of a finished study. It contains no times, so the same study writes the same bytes. */
export function buildLock({ tool, study, levers, lineage, verification, budget }: Report): Lock {
  return {
    version: 1,
    name: study.name,
    tool,
    engine: study.engine,
    objective: study.objective,
    parameters: study.parameters,
    ...(study.trainer ? { trainer: study.trainer } : {}),
    ...(wasCutShort(budget) ? { cutShort: 'minutes' } : {}),
    fingerprints: study.fingerprints,
    levers: levers.chosen,
    lineage,
    seeds: (verification?.seeds ?? []).map(
      ({ seed, candidate: { status, validation, test, testRows, weights, averaged } }) => ({
        seed,
        status,
        validation,
        test,
        ...(testRows ? { testRows } : {}),
        weights,
        ...(averaged ? { averaged } : {}),
      }),
    ),
    ...(verification?.ensemble ? { ensemble: verification.ensemble } : {}),
  }
}

/** Whether time ended the study early. Older reports say so only if no other limit came first. */
export const wasCutShort = ({ exhausted, cutShort }: Report['budget']): boolean =>
  exhausted === 'minutes' || cutShort !== undefined

/** Indented, so that a change of one lever changes one line. */
export const lockText = (lock: Lock): string => `${JSON.stringify(lock, null, 2)}\n`

/** A lock from its text. Throws an `InputError` that says what is wrong and where. `file` is only for messages. */
export const parseLock = (text: string, file: string): Lock => parseJsonDocument(text, file, kind) as Lock
