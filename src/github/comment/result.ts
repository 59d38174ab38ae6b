import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../../base/diagnostics.ts'
import { isMap, jsonOrUndefined, mostDepth } from '../../base/json.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { parseReport } from '../../report/json.ts'
import type { Report } from '../../report/model.ts'
import { artifactClient } from '../artifacts.ts'
import { isId } from './request.ts'

/** What the run job passes to the publishing job. It was made beside code of the pull request, so none of it is trusted. */
export interface RunReport {
  /** What it belongs to. When read back, it must match what the publishing job expects. */
  readonly bound: Bound
  readonly outcome:
    | { readonly kind: 'study'; readonly report: Report; readonly gateLines: readonly number[] }
    | { readonly kind: 'plan'; readonly text: string }
    | { readonly kind: 'problem'; readonly text: string }
}

export interface Bound {
  readonly run: number
  readonly sha: string
  /** The plan's fingerprint; null if there was no study. */
  readonly plan: string | null
}

/** Larger ones are not downloaded. */
export const mostResultBytes = 64 * 1024 * 1024
const mostText = 20_000
const mostValues = 5_000_000

export const resultText = ({ bound, outcome }: RunReport): string => `${JSON.stringify({ version: 1, bound, outcome })}\n`

/** What the publishing job knows by itself. */
export type Expected = Omit<Bound, 'plan'>

/**
 * The result in a text from outside, or why it is refused. Checks that it has the right shape and belongs to this run and
 * commit. Another audit checks whether its claims about the study follow from its numbers.
 */
export function parseResult(text: string, expected: Expected): Result<RunReport, string> {
  if (Buffer.byteLength(text) > mostResultBytes) return err('the result of the run is too large')
  const value = jsonOrUndefined(text, { bytes: mostResultBytes, depth: mostDepth, values: mostValues, uniqueKeys: true })
  if (!isMap(value) || value['version'] !== 1 || !isMap(value['bound']) || !isMap(value['outcome']))
    return err('the result of the run does not have the shape of a result')
  const { bound, outcome } = value
  if (bound['run'] !== expected.run || bound['sha'] !== expected.sha)
    return err('the result belongs to another run or commit')
  const read = outcomeOf(outcome)
  if (!read.ok) return read
  const plan = read.value.kind === 'study' ? read.value.report.study.fingerprints.plan : null
  if (bound['plan'] !== plan) return err('the result belongs to another plan, not to the plan of its report')
  return ok({ bound: { ...expected, plan }, outcome: read.value })
}

function outcomeOf(outcome: Readonly<Record<string, unknown>>): Result<RunReport['outcome'], string> {
  const { kind, text, gateLines } = outcome
  if (kind === 'plan' || kind === 'problem')
    return typeof text === 'string' ? ok({ kind, text: text.slice(0, mostText) }) : err('the result has no text')
  if (kind !== 'study') return err('the result of the run is of no known kind')
  if (!Array.isArray(gateLines) || gateLines.length > 1000 || !gateLines.every(isId))
    return err('the gate lines of the result are not valid')
  try {
    return ok({ kind, report: parseReport(JSON.stringify(outcome['report']), 'report.json'), gateLines })
  } catch (error) {
    if (error instanceof InputError) return err('the report of the run does not have the shape of a report')
    throw error
  }
}

const artifactName = (attempt: number): string => `tunegate-result-${attempt}.json`

/** Passes the result on as a separate artifact. Never throws: a failure is returned. */
export async function uploadResult(result: RunReport, attempt: number): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), 'tunegate-result-'))
  try {
    const file = join(folder, artifactName(attempt))
    writeFileSync(file, resultText(result))
    await (await artifactClient()).uploadArtifact(artifactName(attempt), [file], folder, {
      retentionDays: 1,
      skipArchive: true,
    })
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What the run job left: the result, and the id of the page that a browser opens, if there is one. */
export interface Left {
  readonly result: Result<string, string>
  readonly page: number | null
}

/** What this workflow run passed on last. The result is not unpacked, so it can only be a single file. */
export async function downloadResult(attempt: number): Promise<Left> {
  const folder = mkdtempSync(join(tmpdir(), 'tunegate-result-'))
  try {
    const client = await artifactClient()
    const { artifacts } = await client.listArtifacts({ latest: true })
    const names = Array.from({ length: attempt }, (_, i) => artifactName(attempt - i))
    const found = names.map((name) => artifacts.find((a) => a.name === name)).find((a) => a !== undefined)
    const page = artifacts.filter((a) => /^tunegate-[\w.-]+\.html$/.test(a.name)).at(-1)?.id ?? null
    if (found === undefined) return { result: err('the run did not upload a result'), page }
    if (found.size > mostResultBytes) return { result: err('the result of the run is too large'), page }
    if (found.digest === undefined) return { result: err('the result of the run has no digest'), page }
    const { digestMismatch } = await client.downloadArtifact(found.id, {
      path: folder,
      skipDecompress: true,
      expectedHash: found.digest,
    })
    return {
      result: digestMismatch === false ? onlyFile(folder) : err('the result of the run is not what was uploaded'),
      page,
    }
  } catch (error) {
    return {
      result: err(`the result could not be downloaded: ${error instanceof Error ? error.message : String(error)}`),
      page: null,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The text of the only plain file in a folder. */
export function onlyFile(folder: string): Result<string, string> {
  const [name, ...more] = readdirSync(folder)
  if (name === undefined || more.length > 0) return err('the result of the run is not one file')
  const file = lstatSync(join(folder, name))
  if (!file.isFile() || file.size > mostResultBytes)
    return err('the result of the run is not a plain file, or it is too large')
  return ok(readFileSync(join(folder, name), 'utf8'))
}
