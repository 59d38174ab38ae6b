import { join } from 'node:path'
import type { Diagnostic } from '../../../base/diagnostics.ts'
import { canonicalJson } from '../../../base/hash.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { runProcess } from '../../install/process.ts'
import { files, nativeEnvironment, smokeTestStep } from './layout.ts'
import { doesNotRun } from './problems.ts'

/** What the engine says about itself after a correct training step. */
export interface SmokeTest {
  readonly tensorflow: string
  readonly tfjsNode: string
  /** Time to load the package and its libraries, in milliseconds. */
  readonly loadMs: number
}

/** A minute for a step that takes a second: the first load of 850 MB may come from a slow disk. */
const mostMs = 60_000

/** One training step in a separate process, so that a library that crashes its process does not end this one. */
export async function smokeTest(engine: string, signal?: AbortSignal): Promise<Result<SmokeTest, Diagnostic>> {
  const ended = await runProcess([process.execPath, join(engine, files.smokeTest)], {
    cwd: engine,
    env: nativeEnvironment,
    signal,
    timeoutMs: mostMs,
  })
  const said = ended.ok ? parse(ended.out) : undefined
  if (said && canonicalJson(said.step) === canonicalJson(smokeTestStep)) {
    return ok({ tensorflow: said.tensorflow, tfjsNode: said.tfjsNode, loadMs: said.loadMs })
  }
  return err(doesNotRun(ended))
}

function parse(text: string): (SmokeTest & { readonly step: unknown }) | undefined {
  try {
    return JSON.parse(text.trim().split('\n').at(-1) ?? '') as SmokeTest & { readonly step: unknown }
  } catch {
    return undefined
  }
}
