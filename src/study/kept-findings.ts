import { readdirSync, statSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, readWithin, writeFileAtomic } from '../base/files.ts'
import { fingerprint } from '../base/hash.ts'
import { isMap, jsonOrUndefined } from '../base/json.ts'
import { checkNames } from '../data/checks/index.ts'
import type { CheckName, DataFinding } from '../data/checks/definition.ts'
import type { Augmentation, Dataset } from '../data/types.ts'

/**
 * What the checks found in data that were checked before. Only commands that do nothing but show findings use this. A study
 * checks its data itself, because whoever can write to the folder could hide a finding.
 */
export interface KeptFindings {
  /** Folder below the user's cache. */
  readonly folder: string
  /** Folder of the running program. Another build checks again. */
  readonly program: string
}

/** Findings are a few lines. */
const limits = { bytes: 1_000_000, depth: 6, values: 10_000 }
const mostKept = 200

/** Findings by what they depend on: the data, the checks, the augmentations, and the code of the checks. */
export async function findingsOf(
  kept: KeptFindings | undefined,
  { fingerprint: data }: Dataset,
  checks: readonly CheckName[],
  augmentations: readonly Augmentation[],
  find: () => readonly DataFinding[],
): Promise<readonly DataFinding[]> {
  if (kept === undefined) return find()
  const amounts = augmentations.map(({ name, amount }) => [name, amount])
  const file = join(kept.folder, `${fingerprint({ build: buildOf(kept.program), data, checks, amounts })}.json`)
  const before = await readKept(file)
  if (before) return before
  const findings = find()
  await keep(kept.folder, file, findings).catch(() => {})
  return findings
}

/** Names, sizes and times of the program's files; reading them would take longer than the rest. */
function buildOf(program: string): string {
  const files = readdirSync(program).sort()
  return fingerprint(
    files.map((name) => {
      const { size, mtimeMs } = statSync(join(program, name))
      return [name, size, mtimeMs]
    }),
  )
}

/** Undefined for anything but a list of findings. */
async function readKept(file: string): Promise<readonly DataFinding[] | undefined> {
  const text = (await readWithin(file, limits.bytes).catch(() => undefined))?.toString('utf8')
  const value = text === undefined ? undefined : jsonOrUndefined(text, limits)
  return Array.isArray(value) && value.every(isFinding) ? value : undefined
}

function isFinding(value: unknown): value is DataFinding {
  if (!isMap(value)) return false
  const { check, message, rows = [] } = value
  return (
    checkNames.some((name) => name === check) &&
    typeof message === 'string' &&
    Array.isArray(rows) &&
    rows.every((row) => Number.isSafeInteger(row))
  )
}

/** Data change, so files of old data are removed, all at once: each costs one check to make again. */
async function keep(folder: string, file: string, findings: readonly DataFinding[]): Promise<void> {
  const text = JSON.stringify(findings)
  if (Buffer.byteLength(text) > limits.bytes) return
  await makeFolder(folder)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  if (names.length >= mostKept) for (const name of names) await rm(join(folder, name), { force: true })
  await writeFileAtomic(file, text)
}
