import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StageName } from '../../src/records/plan.ts'
import { modelFormatNames } from '../../src/saved-model/formats/index.ts'
import { stageNames } from '../../src/stages/index.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { decideStage, gateStudy, planStudy, trainShard, type FanOut } from '../../src/study/fan-out.ts'
import type { StudyOptions } from '../../src/study/options.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { smallSpec, twoStages } from '../support/cli.ts'
import { digitsCheckout, fanOut, memoryExchange, studyOptions } from '../support/fan-out.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

let bundle: WorkerBundle
beforeAll(async () => {
  bundle = await bundleWorker()
})
afterAll(() => bundle.remove())

const portion = (shard: string) => {
  const [index, of] = shard.split('/').map(Number) as [number, number]
  return { index, of }
}

const trained = (events: readonly RunEvent[]): string[] =>
  events.flatMap((e) => (e.type === 'run-finished' && !e.cached ? [e.result.id] : []))

/** The jobs of a workflow, one after the other; `shard` may play a job of the matrix in another way. */
async function workflow(
  options: StudyOptions,
  fan: FanOut,
  stages: readonly StageName[],
  shard: (stage: StageName, name: string) => Promise<void> = (stage, name) => trainShard(options, fan, stage, portion(name)),
): Promise<Record<string, readonly string[]>> {
  const dealt: Record<string, readonly string[]> = {}
  let { shards } = await planStudy(options, fan)
  for (const stage of stages) {
    dealt[stage] = shards
    for (const name of shards) await shard(stage, name)
    shards = await decideStage(options, fan, stage)
  }
  expect(shards).toEqual([])
  return dealt
}

const lockOf = (checkout: string): string => readFileSync(join(checkout, 'out/tuning.lock.json'), 'utf8')

/** The lock of a study in one process. */
async function inProcess(spec?: string, more: Partial<StudyOptions> = {}): Promise<string> {
  const checkout = digitsCheckout(spec)
  await runStudy({ ...studyOptions(checkout, bundle), ...more })
  return lockOf(checkout)
}

describe('a study spread over jobs', () => {
  it('comes to the lock, the models and the verdict of the study in one process, and trains no run twice', async () => {
    const [checkout, events] = [digitsCheckout(), [] as RunEvent[]]
    const saving = { saveModel: modelFormatNames }
    const [options, fan] = [{ ...studyOptions(checkout, bundle, events), ...saving }, fanOut(memoryExchange())]
    const dealt = await workflow(options, fan, stageNames)
    const all = trained(events)
    expect(new Set(all).size).toBe(all.length)
    expect(dealt['verify']).toEqual(['1/3', '2/3', '3/3'])
    expect(Object.values(dealt).filter((shards) => shards.length > 1).length).toBeGreaterThanOrEqual(3)
    const before = all.length
    const study = await gateStudy(options, fan)
    expect(trained(events).length).toBe(before)
    // The lock has the digests of the models.
    expect(study?.lock.seeds.map((seed) => typeof seed.model)).toEqual(['string', 'string', 'string'])
    expect(lockOf(checkout)).toBe(await inProcess(undefined, saving))
    expect(study?.verdict.status).toBe('pass')
  })

  it('goes on where shards were killed, lost, or came back damaged', async () => {
    const spec = twoStages(smallSpec)
    const [checkout, events] = [digitsCheckout(spec), [] as RunEvent[]]
    const exchange = memoryExchange()
    const [options, fan] = [studyOptions(checkout, bundle, events), fanOut(exchange)]
    await workflow(options, fan, ['lr-range', 'verify'], async (stage, name) => {
      if (name.startsWith('1/')) return
      if (name.startsWith('2/')) {
        const limit = new AbortController()
        const listener: StudyOptions['listener'] = (event) => {
          if (event.type === 'run-finished' && !event.cached) limit.abort()
        }
        await trainShard({ ...options, signal: limit.signal, workers: 1, listener }, fan, stage, portion(name)).catch(
          () => undefined,
        )
        return
      }
      await trainShard(options, fan, stage, portion(name))
      const kept = [...exchange.kept.keys()].find((key) => key.includes(`-${stage}-3of3-`))
      if (kept)
        exchange.kept.set(
          kept,
          (exchange.kept.get(kept) as Uint8Array).map((byte, i) => (i === 400 ? byte ^ 1 : byte)),
        )
    })
    expect((await gateStudy(options, fan))?.verdict.status).toBe('pass')
    expect(lockOf(checkout)).toBe(await inProcess(spec))
    expect(events.some((e) => e.type === 'notice' && /3of3-1\.gz is ignored/.test(e.message))).toBe(true)
  })

  it('resumes a shard in a second attempt from what the first one left', async () => {
    const [checkout, events, exchange] = [digitsCheckout(), [] as RunEvent[], memoryExchange()]
    const options = studyOptions(checkout, bundle, events)
    const {
      shards: [shard = ''],
    } = await planStudy(options, fanOut(exchange, { shards: 1 }))
    const limit = new AbortController()
    const cut: string[] = []
    const listener: StudyOptions['listener'] = (event) => {
      if (event.type !== 'run-finished' || event.cached) return
      cut.push(event.result.id)
      if (event.result.request.label !== 'incumbent' || cut.length > 2) limit.abort()
    }
    const first = trainShard(
      { ...options, workers: 1, signal: limit.signal, listener },
      fanOut(exchange),
      'lr-range',
      portion(shard),
    )
    await expect(first).rejects.toThrow()
    expect(cut.length).toBeGreaterThan(0)
    events.length = 0
    await trainShard(options, fanOut(exchange, { attempt: 2 }), 'lr-range', portion(shard))
    expect(trained(events).filter((id) => cut.includes(id))).toEqual([])
    expect(trained(events).length).toBeGreaterThan(0)
  })

  it('has no verdict where a stage did not come to an end', async () => {
    const exchange = memoryExchange()
    const options = studyOptions(digitsCheckout(), bundle)
    await planStudy(options, fanOut(exchange))
    expect(await gateStudy(options, fanOut(exchange))).toBeNull()
  })

  it.each([
    ['another commit', { sha: 'b'.repeat(40) }],
    ['another workflow run', { run: '78' }],
  ])('takes nothing over from %s', async (what, other) => {
    const exchange = memoryExchange()
    const options = studyOptions(digitsCheckout(), bundle)
    await planStudy(options, fanOut(exchange, other))
    await expect(decideStage(options, fanOut(exchange), 'lr-range')).rejects.toThrow(what)
  })

  it('takes nothing over from another plan', async () => {
    const exchange = memoryExchange()
    const options = studyOptions(digitsCheckout(), bundle)
    await planStudy(options, fanOut(exchange))
    await expect(decideStage({ ...options, seeds: 4 }, fanOut(exchange), 'lr-range')).rejects.toThrow(
      'no job of this workflow run uploaded it',
    )
  })
})
