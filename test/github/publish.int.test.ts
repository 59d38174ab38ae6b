import { unzipSync, strFromU8 } from 'fflate'
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../support/architecture.ts'
import { startArtifactService } from '../support/artifact-service.ts'
import type { ArtifactService } from '../support/artifact-service.ts'
import { runStep } from '../support/runner.ts'
import type { StepResult } from '../support/runner.ts'

const script = join(root, 'test/github/fixtures/publish.ts')
let service: ArtifactService
let report: string

beforeEach(async () => {
  service = await startArtifactService()
  report = join(mkdtempSync(join(tmpdir(), 'report ')), 'out')
  mkdirSync(join(report, 'curves'), { recursive: true })
  writeFileSync(join(report, 'report.html'), '<!doctype html><title>digits</title>')
  writeFileSync(join(report, 'curves', 'loss.csv'), 'step,loss\n1,2.3\n')
  symlinkSync('/etc/hostname', join(report, 'stolen.txt'))
})
afterEach(() => service.close())

interface Said { readonly uploaded: { readonly folder: number | null; readonly page: number | null; readonly problems: readonly string[] }; readonly written: boolean }
const publish = async (env: Readonly<Record<string, string>> = {}): Promise<StepResult & Said> => {
  const step = await runStep({ script, workspace: report, env: { ...service.env, REPORT_DIR: report, ...env } })
  const line = step.log.split('\n').find((l) => l.startsWith('RESULT '))
  if (!line) throw new Error(`the step did not end well: ${step.log}${step.stderr}`)
  return { ...step, ...JSON.parse(line.slice('RESULT '.length)) as Said }
}

describe('the report', () => {
  it('is uploaded as a folder, and as a page of its own that a browser opens', async () => {
    const { uploaded } = await publish()
    const [folder, page] = service.artifacts()
    expect(uploaded).toEqual({ folder: folder?.id, page: page?.id, problems: [] })
    expect(service.artifacts().map((a) => [a.name, a.mimeType, a.contentType])).toEqual([
      ['tunegate-digits', 'application/zip', 'application/zip'], ['tunegate-digits.html', 'text/html', 'text/html']])
    expect(page?.content.toString()).toContain('<title>digits</title>')
    const unzipped = unzipSync(folder?.content ?? new Uint8Array())
    expect(Object.keys(unzipped).sort()).toEqual(['curves/loss.csv', 'report.html'])
    expect(strFromU8(unzipped['curves/loss.csv'] ?? new Uint8Array())).toBe('step,loss\n1,2.3\n')
    const days = (Date.parse(folder?.expiresAt ?? '') - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(2.9)
    expect(days).toBeLessThan(3.1)
  })

  it('takes a number where the name is taken, as in the jobs of a matrix', async () => {
    await publish()
    const { uploaded, commands } = await publish()
    expect(uploaded.problems).toEqual([])
    expect(service.artifacts().map((a) => a.name)).toEqual([
      'tunegate-digits', 'tunegate-digits.html', 'tunegate-digits-2', 'tunegate-digits-2.html'])
    expect(service.requests.filter((r) => r.endsWith('409'))).toHaveLength(2)
    expect(commands.filter((c) => c.name === 'error')).toEqual([])
  })

  it('has a name that the service takes, whatever the study is called', async () => {
    await publish({ STUDY: '../a:b "c" / d' })
    expect(service.artifacts()[0]?.name).toBe('tunegate-..-a-b-c-d')
  })

  it('is not uploaded where the service refuses, which is said and nothing more', async () => {
    service.fail('CreateArtifact', 403, 1)
    const { uploaded, exitCode } = await publish()
    expect(uploaded).toEqual({ folder: null, page: null, problems: [expect.stringContaining('403')] })
    expect(exitCode).toBe(0)
    expect(service.artifacts()).toEqual([])
  })

  it('is sent again where the service has a moment of weakness', async () => {
    service.fail('FinalizeArtifact', 503, 1)
    const { uploaded } = await publish()
    expect(uploaded.problems).toEqual([])
    expect(service.artifacts()).toHaveLength(2)
  })

  it('is not uploaded with a token that the service does not know', async () => {
    const wrong = `${service.env['ACTIONS_RUNTIME_TOKEN']}x`
    const { uploaded } = await publish({ ACTIONS_RUNTIME_TOKEN: wrong })
    expect(uploaded.problems).toEqual([expect.stringContaining('401')])
  })
})

describe('what the step tells the runner', () => {
  it('cannot be split into other commands or outputs', async () => {
    const { commands, outputs } = await publish()
    expect(commands.filter((c) => c.name === 'warning' || c.name === 'error')).toEqual([{
      name: 'warning', value: 'first 100%\n::error::second',
      properties: { title: 'a, b: c', file: 'x,y.yml', line: '3', col: '2' },
    }])
    expect(outputs).toEqual({ verdict: 'pass', levers: '{"a":["x\\nlock<<EOF"]}', lock: 'l', 'report-url': 'u', 'report-dir': 'd' })
  })

  it('has a summary that the platform shows however long it is', async () => {
    expect((await publish()).summary).toBe(`# Verdict\n${'x'.repeat(80)}\n\n`)
    const long = await publish({ REPEAT: '30000' })
    expect(long.summary).toContain('This summary was cut')
  })

  it('goes on where there is no summary', async () => {
    expect((await publish({ GITHUB_STEP_SUMMARY: '' })).written).toBe(false)
  })
})
