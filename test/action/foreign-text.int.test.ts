import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { git } from '../support/act.ts'
import { root } from '../support/architecture.ts'
import { startArtifactService, type ArtifactService } from '../support/artifact-service.ts'
import { breakingName, harmIn, hidingName, mark } from '../support/hostile.ts'
import { startRestEmulator, type RestEmulator } from '../support/rest-emulator.ts'
import { pullPayload, runStep, startedBy, type StepResult } from '../support/runner.ts'
import { accuracyOf, wineSpec } from '../support/specs.ts'

let github: RestEmulator
let artifacts: ArtifactService
let checkout: string
beforeEach(async () => {
  github = await startRestEmulator()
  artifacts = await startArtifactService()
  checkout = mkdtempSync(join(tmpdir(), 'foreign-'))
  git(checkout, 'init', '--quiet')
  writeFileSync(join(checkout, '.gitignore'), '.tunegate/\n')
})
afterEach(async () => {
  await github.close()
  await artifacts.close()
})

const data = `${hidingName}/${breakingName}.csv`
const wine = readFileSync(join(root, 'examples/wine/wine.csv'), 'utf8')

function put(path: string, text: string): void {
  mkdirSync(dirname(join(checkout, path)), { recursive: true })
  writeFileSync(join(checkout, path), text)
}

const specOf = (source: string): string =>
  wineSpec({ epochs: 4, gate: accuracyOf(0.999) }).replace('source: wine.csv', `source: ${JSON.stringify(source)}`)

/** A pull request that adds the files; its base has none of them. */
async function proposed(files: Readonly<Record<string, string>>, spec: string): Promise<StepResult> {
  const commit = (): string => {
    git(checkout, 'add', '--all')
    git(checkout, 'commit', '--quiet', '--allow-empty', '--message=all')
    return git(checkout, 'rev-parse', 'HEAD')
  }
  const base = commit()
  for (const [path, text] of Object.entries(files)) put(path, text)
  const head = commit()
  github.state.pulls.set(7, { heads: [head], base, state: 'open', headRepository: 1, timeline: [] })
  return runStep({
    script: join(root, 'dist/action/index.js'),
    workspace: checkout,
    with: { token: github.token, engine: 'wasm', workers: '1', post: 'comment, check, status', spec },
    env: { ...artifacts.env, GITHUB_API_URL: github.url, ...startedBy('pull_request', pullPayload(base, head)) },
  })
}

/** Everything that a person may read of the step. */
function shown(step: StepResult): readonly (readonly [where: string, text: string, kind?: 'log' | 'markdown'])[] {
  const { comments, checkRuns, statuses } = github.state
  const notes = step.commands.filter((c) => ['error', 'warning', 'notice'].includes(c.name))
  const checks = checkRuns as {
    readonly name: string
    readonly output: {
      readonly title: string
      readonly summary: string
      readonly annotations: readonly Record<string, string>[]
    }
  }[]
  return [
    ['log', step.log, 'log'],
    ['errors', step.stderr, 'log'],
    ['summary', step.summary ?? '', 'markdown'],
    ...notes.map((c, i) => [`annotation ${i}`, [c.value, ...Object.values(c.properties)].join('\n'), 'log'] as const),
    ...comments.map((c) => ['comment', c.body, 'markdown'] as const),
    ...checks.flatMap(({ name: title, output }) => [
      ['check', [title, output.title].join('\n')] as const,
      ['check summary', output.summary, 'markdown'] as const,
      ...output.annotations.map((a) => ['check note', Object.values(a).join('\n'), 'log'] as const),
    ]),
    ...statuses.map((s) => ['status', JSON.stringify(s)] as const),
  ]
}

function expectHarmless(step: StepResult): void {
  const all = shown(step)
  for (const [where, text, kind] of all) expect(harmIn(text, kind), where).toEqual([])
  // The name is shown, or nothing was tested.
  expect(all.filter(([, text]) => text.includes(mark)).map(([where]) => where)).not.toEqual([])
}

describe('attack 16: a pull request whose data file has a name that draws and commands', () => {
  it('attack 16: is told of what is wrong with its data in text alone', async () => {
    const step = await proposed(
      { [data]: wine.replace(/^(.*\n.*\n)[^,]*/, '$1?'), 'tuning.yml': specOf(data) },
      'tuning.yml',
    )
    expect([step.exitCode, step.summary]).toEqual([1, expect.stringContaining('## No verdict')])
    expectHarmless(step)
  })

  it('attack 16: has a report whose every text is text', async () => {
    const step = await proposed({ [data]: wine, 'tuning.yml': specOf(data) }, 'tuning.yml')
    expect([step.exitCode, step.outputs['verdict']], step.log).toEqual([1, 'fail'])
    expectHarmless(step)
    const folder = join(checkout, step.outputs['report-dir'] ?? '')
    for (const file of readdirSync(folder).filter((f) => f !== 'journal.jsonl' && /\.(md|html|json|jsonl)$/.test(f))) {
      expect(
        harmIn(readFileSync(join(folder, file), 'utf8').replace(/\t/g, ' '), file.endsWith('.md') ? 'markdown' : 'text'),
        file,
      ).toEqual([])
    }
  })

  it('attack 16: is not there: the name is quoted as text', async () => {
    expectHarmless(await proposed({ 'tuning.yml': specOf(data) }, 'tuning.yml'))
  })
})

describe('attack 16: a spec whose path draws and commands', () => {
  const path = `${hidingName}/${breakingName}/tuning.yml`

  it('attack 16: names its study, its check and its comment by text alone', async () => {
    const step = await proposed({ [`${hidingName}/${breakingName}/wine.csv`]: wine, [path]: specOf('wine.csv') }, path)
    expect([step.exitCode, step.outputs['verdict']], step.log).toEqual([1, 'fail'])
    expect(Object.keys(step.outputs).sort()).toEqual([
      'artifact-id',
      'gates',
      'levers',
      'lock',
      'report-dir',
      'report-url',
      'resumed',
      'verdict',
    ])
    expectHarmless(step)
  })

  it('attack 16: is not valid, and is not there', async () => {
    const step = await proposed({ [path]: `${specOf('wine.csv')}nonsense: "\\u001b[31m\\n# heading ${mark}"\n` }, path)
    expect(step.exitCode).toBe(1)
    expectHarmless(step)
    expectHarmless(await proposed({}, `${hidingName}/${breakingName}/other.yml`))
  })
})
