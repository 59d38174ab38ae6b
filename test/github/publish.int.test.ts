import { strFromU8, unzipSync } from 'fflate'
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startArtifactService } from '../support/artifact-service.ts'
import type { ArtifactService } from '../support/artifact-service.ts'
import { runStep } from '../support/runner.ts'
import type { StepResult } from '../support/runner.ts'
import { bundleScript } from '../support/worker-bundle.ts'

let script: string
let service: ArtifactService
let workspace: string

beforeAll(async () => {
  script = join(mkdtempSync(join(tmpdir(), 'publish-')), 'publish.mjs')
  await bundleScript('test/github/fixtures/publish.ts', script)
  workspace = mkdtempSync(join(tmpdir(), 'work space '))
  const report = join(workspace, 'out')
  mkdirSync(join(report, 'curves'), { recursive: true })
  writeFileSync(join(report, 'report.html'), '<!doctype html><title>digits</title>')
  writeFileSync(join(report, 'curves', 'loss.csv'), 'step,loss\n1,2.3\n')
  symlinkSync('/etc/hostname', join(report, 'stolen.txt'))
})
beforeEach(async () => {
  service = await startArtifactService()
})
afterEach(() => service.close())

function publish(study: unknown = {}, env: Readonly<Record<string, string>> = {}): Promise<StepResult> {
  const REPORT_DIR = join(workspace, 'out')
  return runStep({ script, workspace, env: { ...service.env, REPORT_DIR, STUDY: JSON.stringify(study), ...env } })
}

/** Annotations as `level title: message`, with the place before them. */
const notes = ({ commands }: StepResult): string[] =>
  commands
    .filter((c) => ['error', 'warning', 'notice'].includes(c.name))
    .map(
      ({ name, value, properties: p }) => `${p['file'] ? `${p['file']}:${p['line']}: ` : ''}${name} ${p['title']}: ${value}`,
    )

describe('the report', () => {
  it('is uploaded as a folder, and as a page of its own that a browser opens', async () => {
    const step = await publish()
    expect(step.stderr).toBe('')
    expect(service.artifacts().map((a) => [a.name, a.mimeType, a.contentType])).toEqual([
      ['tunegate-digits', 'application/zip', 'application/zip'],
      ['tunegate-digits.html', 'text/html', 'text/html'],
    ])
    const [folder, page] = service.artifacts()
    expect(page?.content.toString()).toContain('<title>digits</title>')
    const unzipped = unzipSync(folder?.content ?? new Uint8Array())
    expect(Object.keys(unzipped).sort()).toEqual(['curves/loss.csv', 'report.html'])
    expect(strFromU8(unzipped['curves/loss.csv'] ?? new Uint8Array())).toBe('step,loss\n1,2.3\n')
    const run = 'https://github.com/octo/nets/actions/runs/77/artifacts'
    expect(step.outputs['report-url']).toBe(`${run}/${page?.id}`)
    expect(step.summary).toContain(`[Open the report](${run}/${page?.id}) · [Download it with curves`)
    expect(step.summary).toContain(`(${run}/${folder?.id})`)
  })

  it('is kept as many days as the workflow says', async () => {
    await publish()
    const days = (Date.parse(service.artifacts()[0]?.expiresAt ?? '') - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(2.9)
    expect(days).toBeLessThan(3.1)
  })

  it('takes a number where the name is taken, as in the jobs of a matrix', async () => {
    await publish()
    expect(notes(await publish())).toEqual(['nets/tuning.yml:1: notice Verdict: pass: All gates pass.'])
    expect(service.artifacts().map((a) => a.name)).toEqual([
      'tunegate-digits',
      'tunegate-digits.html',
      'tunegate-digits-2',
      'tunegate-digits-2.html',
    ])
    expect(service.requests.filter((r) => r.endsWith('409'))).toHaveLength(2)
  })

  it('is sent again where the service has a moment of weakness', async () => {
    service.fail('FinalizeArtifact', 503, 1)
    await publish()
    expect(service.artifacts()).toHaveLength(2)
  })

  it('stays on the runner where the workflow does not want it uploaded', async () => {
    const step = await publish({ settings: { artifact: false } })
    expect(service.requests).toEqual([])
    expect(notes(step)).toEqual(['nets/tuning.yml:1: notice Verdict: pass: All gates pass.'])
    expect(step.outputs['report-url']).toBe('https://github.com/octo/nets/actions/runs/77')
  })
})

describe('the name of an artifact', () => {
  const refused = ['"', ':', '<', '>', '|', '*', '?', '\\', '/', '\r', '\n', '\u{1f642}', 'é']
  const lengths: readonly (readonly [length: number, kept: number])[] = [
    [99, 99],
    [100, 100],
    [101, 100],
    [1000, 100],
  ]
  let uploaded: readonly string[]
  let step: StepResult
  // One process and one service for all of them: what a name becomes hangs on no other.
  beforeAll(async () => {
    service = await startArtifactService()
    const letter = (i: number): string => String.fromCharCode(97 + i)
    const names = ['../a:b "c" / d', ...refused.map((c, i) => `a${c}b${i}`), ...lengths.map(([n], i) => letter(i).repeat(n))]
    step = await publish({ names })
    uploaded = service.artifacts().map((a) => a.name)
    await service.close()
  })

  it('is one that the service takes, whatever the study is called', () => {
    expect(notes(step).filter((n) => n.includes('not uploaded'))).toEqual([])
    expect(uploaded.slice(0, 2)).toEqual(['tunegate-..-a-b-c-d', 'tunegate-..-a-b-c-d.html'])
    expect(uploaded).toHaveLength(2 * (1 + refused.length + lengths.length))
  })

  it.each(refused.map((c, i) => [c, i] as const))('has no character that the service refuses: %j', (_, i) => {
    expect(uploaded.slice(2 + 2 * i, 4 + 2 * i)).toEqual([`tunegate-a-b${i}`, `tunegate-a-b${i}.html`])
  })

  it.each(lengths)('has at most 100 characters after the prefix: %d', (length, kept) => {
    const [name] = uploaded.slice(2 * (1 + refused.length + lengths.findIndex(([n]) => n === length)))
    expect(name).toMatch(new RegExp(`^tunegate-([a-d])\\1{${kept - 1}}$`))
  })
})

describe('a report that cannot be uploaded', () => {
  it.each([
    ['the service refuses', 'CreateArtifact', 403, {}, '403'],
    ['the storage refuses', 'blob', 403, {}, 'tunegate-digits'],
    ['the token is not known', '', 0, { ACTIONS_RUNTIME_TOKEN: 'e30.eyJzY3AiOiJBY3Rpb25zLlJlc3VsdHM6YTpiIn0.x' }, '401'],
    ['the token is none', '', 0, { ACTIONS_RUNTIME_TOKEN: 'nonsense' }, 'nvalid token'],
    ['nobody answers', '', 0, { ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/' }, 'ECONNREFUSED'],
    ['there is no service', '', 0, { ACTIONS_RESULTS_URL: '' }, 'ACTIONS_RESULTS_URL not set'],
    ['this is an enterprise server', '', 0, { GITHUB_SERVER_URL: 'https://git.example.org' }, 'git.example.org'],
  ])('changes nothing but a warning: %s', async (_, call, status, env, reason) => {
    if (call) service.fail(call, status, 100)
    const step = await publish({}, env)
    expect(step.exitCode).toBe(0)
    expect(notes(step)).toEqual([
      'nets/tuning.yml:1: notice Verdict: pass: All gates pass.',
      expect.stringMatching(new RegExp(`^warning The report was not uploaded: .*${reason}`)),
    ])
    expect(step.outputs).toMatchObject({ verdict: 'pass', 'report-dir': 'out' })
    expect(step.summary).toContain('# digits: pass')
    expect(service.artifacts()).toEqual([])
  })
})

describe('what the step tells the runner', () => {
  const verdict = {
    status: 'inconclusive',
    sentence: '3 seeds are too few,\n::error::100%',
    gates: [
      { status: 'fail', sentence: 'accuracy dropped', blocks: true },
      { status: 'inconclusive', sentence: 'no baseline', blocks: true },
      { status: 'inconclusive', sentence: 'few bins', blocks: false },
      { status: 'pass', sentence: 'fine', blocks: false },
    ],
  }

  it('is a note for the verdict and each gate that did not pass, as grave as the workflow takes it', async () => {
    const strict = await publish({ study: { verdict } })
    expect(notes(strict)).toEqual([
      'nets/tuning.yml:1: error Verdict: inconclusive: 3 seeds are too few,\\u000a::error::100%',
      'nets/tuning.yml:1: error Gate: fail: accuracy dropped',
      'nets/tuning.yml:1: error Gate: inconclusive: no baseline',
      'nets/tuning.yml:1: warning Gate: inconclusive: few bins',
    ])
    const mild = await publish({ study: { verdict }, settings: { failOn: 'fail' } })
    expect(notes(mild).map((n) => n.split(' ')[1])).toEqual(['warning', 'error', 'warning', 'warning'])
    const informed = await publish({ study: { verdict }, settings: { failOn: 'never' } })
    expect(notes(informed).map((n) => n.split(' ')[1])).toEqual(['warning', 'warning', 'warning', 'warning'])
    expect(informed.summary).toContain('it would fail by default')
    expect(mild.summary).not.toContain('it would fail by default')
  })

  it('includes what was odd and stopped nothing, at its place', async () => {
    const at = { file: join(workspace, 'nets/tuning.yml'), line: 4, column: 3 }
    const warnings = [{ code: 'data/duplicates', severity: 'warning', message: '3 rows are there twice', at }]
    expect(notes(await publish({ study: { warnings } }))[1]).toBe(
      'nets/tuning.yml:4: warning data/duplicates: warning[data/duplicates] 3 rows are there twice',
    )
  })

  it('attack 6: has outputs that no value can add to', async () => {
    const { outputs } = await publish({ study: { levers: { a: ['x\nlock<<EOF\nevil\nEOF'] } } })
    expect(outputs).toEqual({
      verdict: 'pass',
      levers: '{"a":["x\\nlock<<EOF\\nevil\\nEOF"]}',
      lock: 'out/tuning.lock.json',
      'report-dir': 'out',
      gates: '[]',
      'artifact-id': expect.stringMatching(/^\d+$/),
      'report-url': expect.stringContaining('/artifacts/'),
    })
  })

  it('has a summary that the platform shows however long it is, links included', async () => {
    const { summary } = await publish({ repeat: 30_000 })
    expect(summary?.slice(-500)).toContain('This summary was cut')
    expect(summary?.slice(-300)).toMatch(/\[Open the report\]\(.*\n$/)
    expect(Buffer.byteLength(summary ?? '')).toBeLessThanOrEqual(1_000_001)
  })

  it('goes on where there is no summary', async () => {
    const step = await publish({}, { GITHUB_STEP_SUMMARY: '' })
    expect(step.exitCode).toBe(0)
    expect(step.log).toContain('shows no job summary')
  })
})

describe('a step without a verdict', () => {
  it('shows what is wrong with the input, all of it, at its lines, without a stack', async () => {
    const step = await publish({ fails: 'input' })
    expect(notes(step)).toEqual([
      'warning data/c: warning[data/c] third\n  hint:    think',
      'nets/tuning.yml:3: error spec/a: error[spec/a] first\n  found:   ::error::\\u000ax\n  allowed: one, two',
      'nets/tuning.yml:9: error spec/b: error[spec/b] second',
    ])
    expect(step.log).toContain('nets/tuning.yml:3:7: error[spec/a] first')
    expect(step.log + step.summary).not.toContain('at explain')
    expect(step.summary).toContain('nets/tuning.yml:9:7: error[spec/b] second')
  })

  it('says of our own defects that they are ours, and where to report them', async () => {
    const step = await publish({ fails: 'defect' }, { GITHUB_ACTION_REPOSITORY: 'tune/gate' })
    expect(notes(step)).toEqual([
      expect.stringMatching(/^error A defect in tunegate: TypeError: undefined is not a tensor\n/),
    ])
    expect(notes(step)[0]).toContain('https://github.com/tune/gate/issues')
    expect(step.summary).toContain('defect in tunegate, not in your workflow')
    expect(step.log).toMatch(/^\s+at .*publish\.mjs/m)
  })
})
