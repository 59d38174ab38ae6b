// Finished runs on disk, so that a benchmark that is repeated trains only what is new.
import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import type { RunResult } from '../../src/records/run.ts'

/** `whole`: everything that a stage may look at. `scores`: without the log of the steps, which a search never reads. */
export type Kept = 'whole' | 'scores'

interface Place {
  readonly offset: number
  readonly length: number
  readonly kept: Kept
}

/**
 * Runs by their id, one per line: `id kept json`. An id covers the training version, the data, the model, the engine, the
 * levers, the seed and the job, so a run under an old training version is never found again. Only places are in memory. Two
 * processes may append to one file; each sees what was there when it opened the file, and what it added itself.
 */
export class RunStore {
  private readonly path: string
  private readonly places = new Map<string, Place>()
  private readonly own = new Map<string, RunResult>()

  constructor(path: string) {
    this.path = path
    mkdirSync(dirname(path), { recursive: true })
    if (existsSync(path)) this.scan(readFileSync(path))
  }

  find(id: string, wanted: Kept): RunResult | undefined {
    const own = this.own.get(id)
    if (own) return own
    const place = this.places.get(id)
    if (!place || (wanted === 'whole' && place.kept !== 'whole')) return undefined
    return parsed(this.read(place))
  }

  add(result: RunResult, kept: Kept): RunResult {
    const small = kept === 'whole' ? result : withoutSteps(result)
    appendFileSync(this.path, `${result.id} ${kept} ${JSON.stringify(small)}\n`)
    if (kept === 'whole') this.own.set(result.id, small)
    return small
  }

  private scan(bytes: Buffer): void {
    for (let start = 0; start < bytes.length; ) {
      const end = bytes.indexOf(0x0a, start)
      if (end < 0) return // A line that a kill cut off.
      const [id = '', kept = ''] = bytes.toString('utf8', start, Math.min(end, start + 64)).split(' ', 2)
      const offset = start + id.length + kept.length + 2
      const isBetter = this.places.get(id)?.kept !== 'whole'
      if (isBetter && (kept === 'whole' || kept === 'scores')) this.places.set(id, { offset, length: end - offset, kept })
      start = end + 1
    }
  }

  private read({ offset, length }: Place): string {
    const file = openSync(this.path, 'r')
    try {
      const bytes = Buffer.alloc(length)
      readSync(file, bytes, 0, length, offset)
      return bytes.toString('utf8')
    } finally {
      closeSync(file)
    }
  }
}

/** Undefined if the line is damaged; the run is then trained again. */
function parsed(text: string): RunResult | undefined {
  try {
    return JSON.parse(text) as RunResult
  } catch {
    return undefined
  }
}

const withoutSteps = (result: RunResult): RunResult => ({
  ...result,
  steps: { loss: [], learningRate: [], gradientNorm: [], clipped: [] },
})
