import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { lineOf } from '../../src/base/diagnostics.ts'
import { planCommand } from '../../src/cli/commands/plan.ts'
import { validateCommand } from '../../src/cli/commands/validate.ts'
import { parseSpec } from '../../src/dsl/parse.ts'
import type { SpecSource } from '../../src/study/options.ts'
import { prepare } from '../../src/study/prepare.ts'
import { readSpec } from '../../src/study/read-spec.ts'
import { rulesOf } from '../../src/study/rules.ts'
import { root } from '../support/architecture.ts'

const example = join(root, 'examples/wine')
const lock = JSON.parse(readFileSync(join(example, 'tuning.lock.json'), 'utf8')) as {
  seeds: { validation: { nll: number } }[]
}
const nll = lock.seeds.map((s) => s.validation.nll)
const mean = nll.reduce((a, b) => a + b) / nll.length
const sd = Math.sqrt(nll.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (nll.length - 1))

/** The example with other gates, beside its own lock. */
function checkout(gates: string, change: (spec: string) => string = (text) => text): string {
  const folder = mkdtempSync(join(tmpdir(), 'foreseen-'))
  for (const name of ['wine.csv', 'tuning.lock.json']) copyFileSync(join(example, name), join(folder, name))
  const spec = readFileSync(join(example, 'tuning.yml'), 'utf8').replace(/gates:\n(?: {2}- .*\n)+/, `gates:\n${gates}`)
  writeFileSync(join(folder, 'tuning.yml'), change(spec))
  return folder
}
async function warned(folder: string, over: Partial<SpecSource> = {}) {
  const { warnings } = await prepare({ specPath: join(folder, 'tuning.yml'), workspace: folder, ...over })
  return warnings.filter((w) => w.code.startsWith('gate/'))
}
const tight = '  - regression: { metric: nll, margin: 0.001 }\n'

describe('before a step is trained', () => {
  it('a gate below the noise of the lock is named at its place, with the figures and the seeds that it would take', async () => {
    const folder = checkout(`  - threshold: { metric: accuracy, min: 0.5, max: 1 }\n${tight}`)
    const [said, ...others] = await warned(folder)
    expect(others).toEqual([])
    const text = readFileSync(join(folder, 'tuning.yml'), 'utf8').split('\n')
    expect(text[(said?.at?.line ?? 0) - 1]?.slice((said?.at?.column ?? 0) - 1)).toMatch(/^0\.001|^margin/)
    expect(said).toMatchObject({
      code: 'gate/below-noise',
      severity: 'warning',
      found: expect.stringContaining(`validation nll is ${Number(sd.toPrecision(4))} (8 seeds of tuning.lock.json)`),
    })
    expect(said?.allowed).toMatch(/settle it in 4 of 5 cases/)
    expect(lineOf(said ?? { code: '', severity: 'warning', message: '' })).toMatch(
      /tuning\.yml:\d+:\d+: the margin of the regression gate is below what 8 seeds can resolve: .* in about 9\d of 100 studies \(margin 0\.001/,
    )
  })

  it('more seeds are enough, where they are enough', async () => {
    const margin = `  - regression: { metric: nll, margin: ${1.2 * sd} }\n`
    expect(await warned(checkout(margin))).toHaveLength(1)
    expect(await warned(checkout(margin), { seeds: 12 })).toEqual([])
  })

  it('a lock that is no baseline is named, unless the baseline is retrained; its noise is not taken then', async () => {
    const folder = checkout(tight, (text) => text.replace('validation: 0.25', 'validation: 0.3'))
    expect(await warned(folder)).toEqual([
      expect.objectContaining({ code: 'gate/not-comparable', found: expect.stringContaining('another split') }),
    ])
    expect(await warned(folder, { baseline: { kind: 'declared' } })).toEqual([])
    expect(await warned(checkout(tight), { baseline: { kind: 'declared' } })).toHaveLength(1)
  })

  it('what is known of size and time is said', async () => {
    const text = readFileSync(join(example, 'tuning.lock.json'), 'utf8')
      .replace('"engine"', '"parameters": 100,\n  "engine"')
      .replace(/"parameters": (?!100)\d+,/, '')
    const folder = checkout('  - model-size: { maxRatio: 1.1 }\n  - training-time: { maxRatio: 1.1 }\n')
    writeFileSync(join(folder, 'tuning.lock.json'), text)
    expect((await warned(folder)).map((w) => [w.code, w.at?.line])).toEqual([
      ['gate/fails-already', expect.any(Number)],
      ['gate/not-comparable', expect.any(Number)],
    ])
  })

  it('gates of a base commit are warned of where the gates of the spec stand', async () => {
    const folder = checkout('  - threshold: { metric: accuracy, min: 0.5 }\n')
    const path = join(folder, 'tuning.yml')
    const parsed = parseSpec(readFileSync(path, 'utf8'), path)
    const { spec } = await readSpec({ specPath: path, workspace: folder })
    const gates = [
      { gate: 'regression', metric: 'nll', split: 'validation', margin: 0.001, paired: false, onInconclusive: 'fail' },
    ] as const
    const [said] = await warned(folder, { rules: rulesOf({ ...spec, gates }) })
    expect(said?.at).toEqual(parsed.ok && parsed.value.locate(['gates']))
  })
})

describe('the examples', () => {
  it.each(['digits', 'wine'])('%s asks nothing of its seeds that they cannot tell', async (name) => {
    const specPath = join(root, 'examples', name, 'tuning.yml')
    const { warnings } = await prepare({ specPath, workspace: root })
    expect(warnings.filter((w) => w.code.startsWith('gate/'))).toEqual([])
  })
})

describe('the commands that train nothing', () => {
  afterEach(() => vi.restoreAllMocks())

  it.each([
    ['validate', (path: string) => validateCommand(path, { data: true })],
    ['plan', (path: string) => planCommand(path, { format: 'table' })],
  ])('%s prints it and goes on', async (_, command) => {
    const printed: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
    vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
    expect(await command(join(checkout(tight.replace('0.001', '0.004')), 'tuning.yml'))).toBe(0)
    expect(printed.join('')).toMatch(
      /tuning\.yml:\d+:\d+: warning\[gate\/below-noise\] the margin of the regression gate.*\n {2}found: {3}margin 0\.004.*\n {2}allowed: \d+ seeds/,
    )
  })
})
