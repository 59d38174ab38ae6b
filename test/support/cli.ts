import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './architecture.ts'

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A copy of what a person has who cloned the repository: the committed bundle and the examples, in a path with spaces. */
export function workFolder(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'tunegate ')), 'a clone of mine')
  mkdirSync(folder)
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
  return folder
}

/**
 * Without the native engine, wherever it is installed, so that all machines come to the same bits; `env` may name its
 * folder.
 */
const withoutNative = { TUNEGATE_ENGINE_DIR: join(tmpdir(), 'no engine is here') }

/** Runs the committed command line as a person would, and waits for its end. */
export function tunegate(
  folder: string,
  args: readonly string[],
  node = process.execPath,
  env: Readonly<Record<string, string>> = withoutNative,
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      node,
      ['dist/cli/index.js', ...args],
      { cwd: folder, env: { ...process.env, ...env }, maxBuffer: 64 * 2 ** 20 },
      (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, out, err })
      },
    )
  })
}

export function start(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = withoutNative,
): ChildProcess {
  const options = {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
  }
  return spawn(process.execPath, ['dist/cli/index.js', ...args], options)
}

/** All five stages on real data, with everything as small as it can be: about two seconds on two cores. */
export const smallSpec = `version: 1
name: small
task: classification
data:
  source: examples/digits/digits.csv.gz
  target: -1
  header: false
  inputs: { shape: [8, 8, 1], scale: 0.0625 }
model:
  layers:
    - conv2d: { filters: 4, kernelSize: 3, activation: relu }
    - maxPooling2d
    - flatten
    - dropout
    - dense: { units: classes }
levers:
  optimization: { optimizer: adamw, learningRate: 0.001 }
  scheduling: { epochs: 4, warmupSteps: 10 }
stages:
  - lr-range: { steps: 100, seeds: 2, confirmSeeds: 2 }
  - batch: { largest: 128, probeSteps: 20, seeds: 2, recheck: false }
  - regularize: { grid: { weightDecay: [0.01, 0.1], dropout: [0, 0.1] }, seeds: 2 }
  - schedule: { schedules: [one-cycle], warmupFractions: [0], clipPercentiles: [0.9], seeds: 2 }
  - verify: { seeds: 3 }
gates:
  - seed-variance: { metric: accuracy, maxStd: 0.5 }
  - regression: { metric: accuracy, margin: 0.05 }
`

/** The same with the first and the last stage alone, which come to a model that seeds move more. */
export const twoStages = (spec: string): string =>
  spec.replace(/ {2}- batch:[^]*(?= {2}- verify)/, '').replace('maxStd: 0.5', 'maxStd: 0.9')

export function withSpec(folder: string, text = smallSpec): string {
  writeFileSync(join(folder, 'tuning.yml'), text)
  return folder
}
