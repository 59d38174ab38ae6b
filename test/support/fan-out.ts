import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ok } from '../../src/base/result.ts'
import type { RunEvent } from '../../src/run/events.ts'
import type { Exchange, FanOut } from '../../src/study/exchange.ts'
import { engineHere } from '../../src/study/engine.ts'
import type { StudyOptions } from '../../src/study/options.ts'
import { root } from './architecture.ts'
import { smallSpec } from './cli.ts'
import type { WorkerBundle } from './worker-bundle.ts'

/** Keeps files as the artifacts of a workflow run: a name once, and nothing is changed after. */
export function memoryExchange(): Exchange & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>()
  return {
    kept,
    send: async (name, content) => {
      if (kept.has(name)) throw new Error(`${name} already exists`)
      kept.set(name, content)
    },
    fetch: async (name) => ok(kept.get(name) ?? null),
    names: async (prefix) => [...kept.keys()].filter((name) => name.startsWith(prefix)),
  }
}

/** A checkout with the digits and a spec of five small stages. */
export function digitsCheckout(spec = smallSpec): string {
  const folder = mkdtempSync(join(tmpdir(), 'checkout-'))
  copyFileSync(join(root, 'examples/digits/digits.csv.gz'), join(folder, 'digits.csv.gz'))
  writeFileSync(join(folder, 'tuning.yml'), spec.replace('examples/digits/digits.csv.gz', 'digits.csv.gz'))
  return folder
}

export function studyOptions(checkout: string, bundle: WorkerBundle, events: RunEvent[] = []): StudyOptions {
  return {
    specPath: join(checkout, 'tuning.yml'),
    workspace: checkout,
    outDir: join(checkout, 'out'),
    workers: 2,
    engine: engineHere('wasm', checkout),
    workerScript: bundle.script,
    listener: (event) => events.push(event),
    startedAt: null,
    clock: () => performance.now(),
  }
}

export const fanOut = (exchange: Exchange, more: Partial<FanOut> = {}): FanOut => ({
  exchange,
  run: '77',
  sha: 'a'.repeat(40),
  attempt: 1,
  shards: 3,
  now: () => Date.now(),
  ...more,
})
