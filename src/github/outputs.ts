import { getState, saveState, setOutput } from '@actions/core'

/** What later steps can use; `action.yml` explains each output. Empty if there is no value. */
export interface Outputs {
  readonly verdict: string
  /** The chosen levers; null if nothing was tuned. */
  readonly levers: unknown
  /** Path of the lock, relative to the workspace. */
  readonly lock: string
  readonly reportUrl: string
  /** Path of the report's folder, relative to the workspace. */
  readonly reportDir: string
  readonly gates: readonly GateOutput[]
  /** Id of the artifact with the report's folder; null if nothing was uploaded. */
  readonly artifactId: number | null
}

/** A gate in the output `gates`. */
export interface GateOutput {
  readonly gate: string
  /** Null if the gate judges no metric. */
  readonly metric: string | null
  readonly split: string | null
  readonly status: 'pass' | 'fail' | 'inconclusive'
  readonly blocks: boolean
  /** What was estimated, with its interval; null if it could not be. */
  readonly estimate: { readonly value: number; readonly lower: number; readonly upper: number } | null
  readonly limit: number
  readonly sentence: string
}

/** The toolkit writes them between random delimiters, so no value can add another output. */
export function writeOutputs(outputs: Outputs): void {
  setOutput('verdict', outputs.verdict)
  setOutput('levers', outputs.levers === null ? '' : JSON.stringify(outputs.levers))
  setOutput('lock', outputs.lock)
  setOutput('report-url', outputs.reportUrl)
  setOutput('report-dir', outputs.reportDir)
  setOutput('gates', JSON.stringify(outputs.gates))
  setOutput('artifact-id', outputs.artifactId === null ? '' : String(outputs.artifactId))
}

/** Whether the study went on from runs that an earlier process or job had finished. */
export const writeResumed = (resumed: boolean): void => setOutput('resumed', String(resumed))

/** What the step leaves to its own `post` step. */
export const writeState = (name: string, value: string): void => saveState(name, value)
export const readState = (name: string): string => getState(name)

/** The platform counts a job's outputs as UTF-16 and accepts at most a megabyte of them. */
export const mostOutputBytes = 1024 * 1024

/** The jobs of the next stage's matrix. */
export function writeShards(shards: readonly string[]): void {
  const text = JSON.stringify(shards)
  if (2 * text.length > mostOutputBytes)
    throw new Error(`the matrix has ${2 * text.length} bytes, more than ${mostOutputBytes}`)
  setOutput('shards', text)
}

/** The engine that the other jobs of the study must train on, and the stages of the study. */
export function writeBegun({ engine, stages }: { readonly engine: string; readonly stages: readonly string[] }): void {
  setOutput('engine', engine)
  setOutput('stages', JSON.stringify(stages))
}

/** A gate that could not check its evidence has decided nothing. */
export function writeVerdict(verdict: 'inconclusive'): void {
  setOutput('verdict', verdict)
}
