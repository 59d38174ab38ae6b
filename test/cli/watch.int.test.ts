import { spawn, type ChildProcess } from 'node:child_process'
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WatchServer } from '../../src/cli/watch-server.ts'
import { buildReport } from '../../src/report/build.ts'
import { StudyWatch } from '../../src/study/watch.ts'
import { root } from '../support/architecture.ts'
import { node24 } from '../support/runner.ts'
import { patiently } from '../support/slowness.ts'
import { wineSpec } from '../support/specs.ts'
import { fakeStudy } from '../support/study.ts'
import { needs } from '../support/tools.ts'
import { launch } from '../report/on-disk.ts'

let folder: string
let children: ChildProcess[]
beforeEach(() => {
  children = []
  folder = mkdtempSync(join(tmpdir(), 'watched-'))
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(folder, 'wine.csv'))
  writeFileSync(join(folder, 'tuning.yml'), wineSpec({ hidden: 16, epochs: 3000, seeds: 12 }))
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
})

interface Started {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<number | null>
}

function tunegate(...args: readonly string[]): Started {
  const child = spawn(node24, [join(root, 'dist/cli/index.js'), ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  }
  return { child, said: () => text, ended: new Promise((resolve) => child.on('close', resolve)) }
}

/** Starts watching, and returns the address that it names. */
async function watching(...args: readonly string[]): Promise<Started & { readonly address: string }> {
  const watch = tunegate('watch', ...args)
  await expect.poll(watch.said, { timeout: patiently(20) }).toMatch(/^http:\S+/)
  return { ...watch, address: /^http:\S+/.exec(watch.said())?.[0] ?? '' }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

const ask = (address: string, path: string, { host, method = 'GET' }: { host?: string; method?: string } = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const headers = host === undefined ? {} : { host }
    request(address, { path, method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
    })
      .on('error', reject)
      .end()
  })

describe('tunegate watch', () => {
  it('shows a study in a browser as it runs, then its report, and ends with it', async (context) => {
    const browser = await launch(needs(context, 'chromium'))
    try {
      const watch = await watching()
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('console', (m) => complaints.push(m.text()))
      page.on('pageerror', (e) => complaints.push(e.message))
      await page.goto(watch.address)
      expect(await page.textContent('main')).toContain('No study runs in this folder yet.')
      const run = tunegate('run', '--engine', 'wasm', '--workers', '1')
      await page.getByText('The study is running. It is at [1/1] verify.').waitFor({ timeout: patiently(60) })
      expect(await page.title()).toBe('running: wine')
      await page.getByText(/^[1-9]\d* of about \d+$/).waitFor({ timeout: patiently(60) })
      expect(await page.locator('#trials').count()).toBe(1)
      await page
        .getByText(/^step [1-9]\d* of \d+$/)
        .first()
        .waitFor({ timeout: patiently(60) })
      expect(await run.ended).toBe(0)
      await page.getByRole('heading', { name: 'What changed' }).waitFor({ timeout: patiently(60) })
      await expect.poll(() => page.title(), { timeout: patiently(60) }).toBe('pass: wine')
      expect(await watch.ended).toBe(0)
      expect(watch.said()).toContain('The study has ended.')
      expect(complaints).toEqual([])
    } finally {
      await browser.close()
    }
  })

  it('puts progress in place, so that nobody is disturbed who reads, and loads the page again for anything else', async (context) => {
    const browser = await launch(needs(context, 'chromium'))
    const server = new WatchServer(new StudyWatch(folder, () => 0))
    try {
      const { input } = fakeStudy()
      const write = (finished: number, decisions: typeof input.decisions): void => {
        const progress = { stage: null, expected: 9, best: null, secondsLeft: null, before: 0, seconds: 1, training: [] }
        const report = buildReport({ ...input, runs: [], decisions })
        writeFileSync(join(folder, 'live.json'), JSON.stringify({ progress: { ...progress, finished }, report }))
      }
      write(1, [])
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('console', (m) => complaints.push(m.text()))
      page.on('pageerror', (e) => complaints.push(e.message))
      await page.goto(await server.listen(0))
      await page.getByText('1 of about 9').waitFor()
      await page.evaluate("document.body.setAttribute('data-mine', 'kept')")
      write(2, [])
      await page.getByText('2 of about 9').waitFor({ timeout: patiently(20) })
      write(3, [])
      await page.getByText('3 of about 9').waitFor({ timeout: patiently(20) })
      expect(await page.getAttribute('body', 'data-mine')).toBe('kept')
      write(3, input.decisions)
      await page.locator('#gates').waitFor({ timeout: patiently(20) })
      await expect.poll(() => page.getAttribute('body', 'data-mine'), { timeout: patiently(20) }).toBe(null)
      expect(complaints).toEqual([])
    } finally {
      await browser.close()
      await server.close()
    }
  })

  it('says that a study was stopped, shows a finished one, and answers nobody but this machine', async () => {
    const { address } = await watching('.', '--keep')
    const watch = await watching('tuning.yml')
    const run = tunegate('run', '--engine', 'wasm', '--workers', '1')
    await expect
      .poll(async () => (await ask(watch.address, '/')).text, { timeout: patiently(60), interval: 500 })
      .toMatch(/>[1-9]\d* of about \d+</)
    run.child.kill('SIGINT')
    expect(await run.ended).toBe(130)
    expect((await ask(watch.address, '/')).text).toContain('The study was stopped. It was at [1/1] verify.')

    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1', `127.0.0.1:1`, '127.0.0.1.evil.example'])
      expect((await ask(address, '/', { host })).status).toBe(421)
    expect((await ask(address, '/version', { host: new URL(address).host.replace('127.0.0.1', 'localhost') })).status).toBe(
      200,
    )
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await ask(address, '/', { method })).status).toBe(405)
    for (const path of ['/tuning.yml', '/../tuning.yml', '/%2e%2e/wine.csv', '//evil.example', '/?x'])
      expect((await ask(address, path)).status).toBe(404)
    const { headers } = await ask(watch.address, '/')
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'unsafe-inline'; script-src ('sha256-[\w+/=]+' ?){2}; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'$/,
    )
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })
})
