import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { engineNamed } from '../../src/engines/index.ts'
import { withoutTimes } from '../../src/report/build.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { engineHere, type EngineSource } from '../../src/study/engine.ts'
import type { Study } from '../../src/study/conclude.ts'
import type { StudyOptions } from '../../src/study/options.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { root } from '../support/architecture.ts'
import { smallSpec, twoStages } from '../support/cli.ts'
import { digitsCheckout, studyOptions } from '../support/fan-out.ts'
import { node24 } from '../support/runner.ts'
import { missingNative, nativeFolder } from '../support/tf-native.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'
import type { DigitsStudy } from '../support/worker-digits-study.ts'
import { journalIn, until } from '../run/runs.ts'

const label = /^tensorflow \d+\.\d+\.\d+ tfjs-node \d+\.\d+\.\d+ compiled onednn$/
const lines = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [])
/** The weights that every run ended in, by the run. */
function weightsIn(journal: string): Map<string, string | null> {
  const runs = lines(journal)
    .slice(1)
    .map((line) => /"id":"(\w+)".*?"weights":"(\w+)"/.exec(line))
  return new Map(runs.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? null] as const] : [])))
}

test('a study by name on an engine that is not there says how to install it', async () => {
  const checkout = digitsCheckout()
  const options: StudyOptions = {
    ...studyOptions(checkout, { script: 'none', wasmFolder: 'none', remove: () => {} }),
    engine: engineHere('tensorflow', join(checkout, 'none')),
  }
  await expect(runStudy(options)).rejects.toMatchObject({
    diagnostics: [expect.objectContaining({ hint: expect.stringMatching(/tunegate engine install|wasm/) as string })],
  })
})

if (nativeFolder === null) test('a study on the native engine', ({ skip }) => skip(missingNative))
else
  describe('a study on the native engine', () => {
    let bundle: WorkerBundle
    beforeAll(async () => {
      bundle = await bundleWorker()
    })
    afterAll(() => bundle.remove())

    const choice = (wanted: EngineSource['wanted'], folder: string): EngineSource => ({
      wanted,
      available: (name) => engineNamed(name).available(dirname(folder)),
      choose: async () => ({ engine: 'tensorflow', folder, why: 'for a test' }),
    })
    const study = (engine: EngineSource, over: Partial<StudyOptions> = {}, spec = smallSpec): Promise<Study> =>
      runStudy({ ...studyOptions(digitsCheckout(spec), bundle), engine, ...over })
    /** Where the number of stages does not matter. */
    const shorter = twoStages(smallSpec)

    test('comes to the same lock and report with one worker or two, and says which engine and why', async () => {
      // Which batch is the largest that pays rests on the clock, which a busy machine disturbs: here there is one size.
      const spec = smallSpec.replace('largest: 128', 'largest: 64')
      const one = await study(choice('tensorflow', nativeFolder as string), { workers: 1 }, spec)
      const two = await study(choice('auto', nativeFolder as string), { workers: 2 }, spec)
      expect(one.report.study.engine).toMatch(label)
      // The folder of a checkout is in paths of the spec alone.
      const plain = ({ report }: Study): unknown =>
        JSON.parse(JSON.stringify({ ...withoutTimes(report), study: { ...report.study, command: '', specFile: '' } }))
      expect(plain(two)).toEqual(plain(one))
      expect(two.lock).toEqual(one.lock)
      for (const path of [two.files.page, join(two.files.folder, 'summary.md')]) {
        const text = readFileSync(path, 'utf8')
        expect(text).toContain(one.report.study.engine)
        expect(text).toContain('(for a test)')
      }
    })

    test('killed with -9 again and again, ends every run in the bits of an uninterrupted one', async () => {
      const place = (): DigitsStudy & { readonly config: string } => {
        const where = digitsCheckout()
        const [spec, config, out, started] = ['tuning.yml', 'config', 'out', 'started'].map((name) => join(where, name)) as [
          string,
          string,
          string,
          string,
        ]
        const { script, wasmFolder } = bundle
        const given = {
          spec,
          journal: journalIn(where),
          out,
          started,
          script,
          wasmFolder,
          nativeFolder: nativeFolder as string,
        }
        writeFileSync(config, JSON.stringify(given))
        return { ...given, config }
      }
      const start = (config: string) => {
        const child = spawn(node24, [join(root, 'test/support/worker-digits-study.ts'), config], {
          stdio: ['ignore', 'ignore', 'inherit'],
        })
        return { child, ended: new Promise<number | null>((resolve) => child.on('close', resolve)) }
      }
      const [whole, killed] = [place(), place()]
      expect(await start(whole.config).ended).toBe(0)
      const random = stream(31, 'kills')
      // On a busy machine this process may look too late and find the study at its end: what counts is what was killed
      // before.
      const cut: number[] = []
      for (let kill = 0; kill < 4; kill++) {
        const already = lines(killed.started).length
        const { child, ended } = start(killed.config)
        const runs = random.integer(6)
        await until(() => child.exitCode !== null || lines(killed.started).length > already + runs, 60_000)
        child.kill('SIGKILL')
        if ((await ended) === null) cut.push(lines(killed.journal).length)
        else expect(child.exitCode).toBe(0)
      }
      expect(cut[0]).toBeLessThan(lines(whole.journal).length)
      expect(await start(killed.config).ended).toBe(0)
      expect(JSON.parse(readFileSync(killed.out, 'utf8'))).toEqual(JSON.parse(readFileSync(whole.out, 'utf8')))
      const [wanted, found] = [weightsIn(whole.journal), weightsIn(killed.journal)]
      expect(wanted.size).toBeGreaterThan(20)
      expect(found).toEqual(wanted)
    })

    test('goes on with the threads it was begun with, to the same bits each time', async () => {
      const begun = async (): Promise<Study> => {
        const checkout = digitsCheckout(shorter)
        mkdirSync(join(checkout, 'out'))
        const header = {
          journal: 1,
          workload: 'w',
          spec: 's',
          data: 'd',
          engine: 'tensorflow 1 tfjs-node 1 compiled 2 threads',
        }
        writeFileSync(join(checkout, 'out/journal.jsonl'), `${JSON.stringify(header)}\n`)
        return await study(choice('tensorflow', nativeFolder as string), {
          ...studyOptions(checkout, bundle),
          engine: choice('tensorflow', nativeFolder as string),
        })
      }
      const [one, two] = [await begun(), await begun()]
      expect(one.report.study.engine).toMatch(/ 2 threads$/)
      expect(one.report.timing.machine).toMatchObject({
        workers: 1,
        whyEngine: expect.stringContaining('2 threads a worker') as string,
      })
      expect(two.lock).toEqual(one.lock)
    })

    /** An engine that is taken away once three runs have finished, with the processes that have it loaded. */
    const breaking = (events: RunEvent[]): { readonly folder: string; readonly listener: StudyOptions['listener'] } => {
      const folder = join(digitsCheckout(), 'engine')
      symlinkSync(nativeFolder as string, folder)
      let finished = 0
      const listener: StudyOptions['listener'] = (event) => {
        events.push(event)
        if (event.type !== 'run-finished' || ++finished !== 3) return
        rmSync(folder)
        execFileSync('pkill', ['-9', '-f', bundle.script])
      }
      return { folder, listener }
    }

    test('whose engine breaks half-way is trained on wasm from the start where auto chose it, and says so', async () => {
      const events: RunEvent[] = []
      const { folder, listener } = breaking(events)
      const { report, files } = await study(choice('auto', folder), { listener }, shorter)
      expect(report.study.engine).toMatch(/^wasm /)
      expect(report.timing.machine?.whyEngine).toMatch(
        /tensorflow engine is installed and broke: the native engine is not installed/,
      )
      expect(readFileSync(join(files.folder, 'summary.md'), 'utf8')).toContain('and broke')
      const said = events.flatMap((e) => (e.type === 'notice' ? [e.message] : []))
      expect(said.filter((message) => message.startsWith('training on wasm'))).toHaveLength(1)
      const wasm = await study(engineHere('wasm', 'none'), {}, shorter)
      expect(report.levers.chosen).toEqual(wasm.report.levers.chosen)
    })

    test('whose engine breaks half-way ends with the reason where it was asked for by name', async () => {
      const { folder, listener } = breaking([])
      await expect(study(choice('tensorflow', folder), { listener }, shorter)).rejects.toMatchObject({
        diagnostics: [expect.objectContaining({ code: 'engine/tensorflow-unusable' })],
      })
    })
  })
