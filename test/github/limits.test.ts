import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { capped, mostCharacters, mostOfALevel, type Annotation } from '../../src/github/annotations.ts'
import { githubApi, type Api } from '../../src/github/api.ts'
import { mostJobs, readInputs } from '../../src/github/inputs.ts'
import { mostOutputBytes, writeShards } from '../../src/github/outputs.ts'
import { mostSummaryCharacters, post, type Posting } from '../../src/github/post.ts'
import { fitted, mostBytes } from '../../src/github/summary.ts'
import { head, posting } from './posting.ts'
import { startRestEmulator, type RestEmulator } from '../support/rest-emulator.ts'

// What the platform takes, one below, at and above it. Comments are in post.test.ts, shard bundles in
// shard-bundles.int.test.ts, names of artifacts in publish.int.test.ts.

const around = [-1, 0, 1] as const

describe('the job summary', () => {
  it.each(around)('is whole up to a million bytes, under the 1 MiB above which all of it is dropped: %d', (more) => {
    const page = `${'é\n'.repeat(mostBytes / 3)}${'x'.repeat(mostBytes)}`.slice(0, (mostBytes / 3) * 2)
    const text = page + 'y'.repeat(mostBytes + more - Buffer.byteLength(page))
    expect(Buffer.byteLength(text)).toBe(mostBytes + more)
    expect(fitted(text) === text).toBe(more <= 0)
    expect(Buffer.byteLength(fitted(text))).toBeLessThanOrEqual(mostBytes)
    expect(mostBytes).toBeLessThan(1024 * 1024)
  })
})

describe('the outputs of a job', () => {
  it.each(around)('are no more than 1 MiB as UTF-16: %d', (more) => {
    const file = join(mkdtempSync(join(tmpdir(), 'output-')), 'output')
    writeFileSync(file, '')
    process.env['GITHUB_OUTPUT'] = file
    const shards = ['x'.repeat(mostOutputBytes / 2 - '[""]'.length + more)]
    if (more > 0) expect(() => writeShards(shards)).toThrow(String(mostOutputBytes))
    else writeShards(shards)
    expect(readFileSync(file, 'utf8').includes(JSON.stringify(shards))).toBe(more <= 0)
  })
})

describe('a matrix', () => {
  const read = (name: string, value: string) =>
    readInputs('/w', { stages: ['verify'], engines: ['auto'], modelFormats: ['onnx'] }, (input) =>
      input === name ? value : input === 'mode' && name === 'shard' ? 'shard' : input === 'stage' ? 'verify' : '',
    )

  it.each(around)('has at most 256 jobs: %d', (more) => {
    expect(read('shards', String(mostJobs + more)).ok).toBe(more <= 0)
    expect(read('shard', `1/${mostJobs + more}`).ok).toBe(more <= 0)
  })
})

describe('annotations', () => {
  const notes = (count: number, length = 1): Annotation[] =>
    (['error', 'warning', 'notice'] as const).flatMap((level) =>
      Array.from({ length: count }, (_, i) => ({ level, title: `${i}`, message: 'm'.repeat(length) })),
    )

  it.each(around)('are at most ten of a level, the last of which says what is left out: %d', (more) => {
    const shown = capped(notes(mostOfALevel + more))
    expect(shown).toHaveLength(3 * Math.min(mostOfALevel, mostOfALevel + more))
    expect(shown.filter((a) => / more are in the log/.test(a.message))).toHaveLength(more > 0 ? 3 : 0)
  })

  it.each(around)('have at most 4096 characters: %d', (more) => {
    const [one] = capped(notes(1, mostCharacters + more))
    expect(one?.message.length).toBe(Math.min(mostCharacters, mostCharacters + more))
    expect(one?.message.endsWith('…')).toBe(more > 0)
  })
})

describe('a check and a status', () => {
  let github: RestEmulator
  let api: Api
  beforeEach(async () => {
    github = await startRestEmulator()
    github.state.pulls.set(7, { heads: [head], base: head, state: 'open', headRepository: 1, timeline: [] })
    api = githubApi({ token: github.token, repository: 'octo/nets', baseUrl: github.url, sleep: async () => undefined })
  })
  afterEach(() => github.close())
  const posted = (more: Partial<Posting>): Posting => posting({ what: ['check', 'status'], ...more })

  // The emulator refuses what the platform refuses, so nothing may be said to be left out.
  it.each(around)('have a summary of at most 65,535 characters: %d', async (more) => {
    expect(await post(api, posted({ text: 'x'.repeat(mostSummaryCharacters + more) }))).toEqual([])
    const { output } = github.state.checkRuns[0] as { output: { summary: string } }
    expect(output.summary).toHaveLength(Math.min(mostSummaryCharacters, mostSummaryCharacters + more))
  })

  it.each([9, 10, 11, 49, 50, 51, 1000])(
    'have no more than 50 annotations with a request: %d of each level',
    async (count) => {
      const at = { file: 'tuning.yml', line: 3 }
      const notes = (['error', 'warning', 'notice'] as const).flatMap((level) =>
        Array.from({ length: count }, (_, i) => ({ level, title: `${i}`, message: 'm', at })),
      )
      expect(await post(api, posted({ notes }))).toEqual([])
    },
  )

  it.each([-2, ...around, 500])('have a description of at most 140 characters: %d', async (more) => {
    const sentence = 's'.repeat(140 + more - 'pass: '.length)
    expect(await post(api, posted({ verdict: { status: 'pass', sentence, fails: false } }))).toEqual([])
    const description = String(github.state.statuses[0]?.['description'])
    expect(description.length).toBeLessThanOrEqual(140)
    expect(description).toContain('s'.repeat(100))
  })
})
