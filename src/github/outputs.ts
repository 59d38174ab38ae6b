import { setOutput } from '@actions/core'

/** What later steps can use; `action.yml` explains each. Empty where there is nothing to say. */
export interface Outputs {
  readonly verdict: string
  /** The chosen levers. */
  readonly levers: unknown
  /** Path of the lock, relative to the workspace. */
  readonly lock: string
  readonly reportUrl: string
  /** Path of the report's folder, relative to the workspace. */
  readonly reportDir: string
}

/** The toolkit writes them between delimiters that are drawn anew each time, so that no value can add another output. */
export function writeOutputs(outputs: Outputs): void {
  setOutput('verdict', outputs.verdict)
  setOutput('levers', JSON.stringify(outputs.levers))
  setOutput('lock', outputs.lock)
  setOutput('report-url', outputs.reportUrl)
  setOutput('report-dir', outputs.reportDir)
}
