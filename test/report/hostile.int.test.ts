import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { compareCommand } from '../../src/cli/commands/compare.ts'
import { fontNames } from '../../src/cli/bundled-files.ts'
import { exportDefinitions } from '../../src/report/exports/index.ts'
import { rasterizer } from '../../src/report/png.ts'
import { exportStudy } from '../../src/study/export-study.ts'
import { renderAgain } from '../../src/study/render-again.ts'
import { tunegate, workFolder } from '../support/cli.ts'
import { hostileNames } from '../support/hostile.ts'
import { needs } from '../support/tools.ts'
import { launch, open } from './on-disk.ts'
import { markupProblem } from './markup.ts'

// A person's data file with names from the worst of worlds, trained by the command line as it is published, then rendered,
// drawn, compared and exported.
const classes = ['"><script>alert(1)</script>', '\u202eright to left\u2066', '🙂🙂🙂 | `x` @octocat', 'x'.repeat(10_000)]
const columns = hostileNames.slice(0, 8)
const folder = workFolder()
const out = join(folder, 'out')
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function table(): string {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  const rows = Array.from({ length: 240 }, (_, i) =>
    [
      ...columns.map((_, j) => ((j % 4 === i % 4 ? 2 : 0) + ((i * 37 + j * 11) % 97) / 97).toFixed(3)),
      quoted(classes[i % 4] ?? ''),
    ].join(','),
  )
  return `${[...columns, 'target <b>&'].map(quoted).join(',')}\n${rows.join('\n')}\n`
}

const spec = {
  version: 1,
  name: 'hostile',
  task: 'classification',
  data: { source: 'hostile.csv', target: 'target <b>&', header: true },
  model: { layers: [{ dense: { units: 8, activation: 'relu' } }, 'dropout', { dense: { units: 'classes' } }] },
  levers: { optimization: { optimizer: 'adamw', learningRate: 0.01 }, scheduling: { epochs: 4, warmupSteps: 2 } },
  stages: [
    { 'lr-range': { steps: 60, seeds: 2, confirmSeeds: 2 } },
    { regularize: { grid: { weightDecay: [0.01, 0.1] }, seeds: 2 } },
    { verify: { seeds: 3 } },
  ],
  gates: [{ 'seed-variance': { metric: 'accuracy', maxStd: 0.5 } }],
}

beforeAll(async () => {
  writeFileSync(join(folder, 'hostile.csv'), table())
  writeFileSync(join(folder, 'hostile.yml'), JSON.stringify(spec))
  const { code, err } = await tunegate(folder, ['run', 'hostile.yml', '--engine', 'wasm', '--out', out])
  expect([0, 1, 3], err).toContain(code)
  const { resolve } = createRequire(import.meta.url)
  const file = (path: string): Uint8Array => readFileSync(resolve(path))
  await renderAgain(
    out,
    await rasterizer({
      wasm: file('@resvg/resvg-wasm/index_bg.wasm'),
      fonts: fontNames.map((name) => file(`@fontsource/inter/files/${name.replace('.woff2', '-normal.woff2')}`)),
    }),
  )
})

describe('a study of data with hostile names', () => {
  test.for([1280, 390])('is a page of text, %s pixels wide', async (width, context) => {
    const browser = await launch(needs(context, 'chromium'))
    try {
      const { page, complaints } = await open(browser, join(out, 'report.html'), { width })
      expect(complaints).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      expect(await page.locator('main img, main iframe, main script:not([type])').count()).toBe(0)
      const said = (await page.locator('section:has(#data)').textContent()) ?? ''
      expect(said).toContain('"><script>alert(1)</script>, ')
      expect(said).toContain('🙂🙂🙂 | `x` @octocat')
      expect(said).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|x{100}/)
    } finally {
      await browser.close()
    }
  })

  test('has pictures of every chart, in both forms', () => {
    const names = readdirSync(join(out, 'curves'))
    const drawn = names.filter((n) => n.endsWith('.svg'))
    expect(drawn.length).toBeGreaterThan(10)
    expect(names.filter((n) => n.endsWith('.png')).map((n) => n.replace('png', 'svg'))).toEqual(drawn)
    for (const name of drawn) expect(markupProblem(readFileSync(join(out, 'curves', name), 'utf8')), name).toBeUndefined()
  })

  test('is compared and exported', async () => {
    const page = join(folder, 'compared.html')
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    try {
      expect(await compareCommand(out, out, { format: 'markdown', html: page })).toBe(0)
      expect(write.mock.calls.join('')).not.toMatch(/<script|<img/)
    } finally {
      vi.restoreAllMocks()
    }
    expect(markupProblem(readFileSync(page, 'utf8'))).toBeUndefined()
    expect(readFileSync(page, 'utf8')).not.toMatch(/<script|<img/)
    for (const tool of exportDefinitions) {
      const to = mkdtempSync(join(tmpdir(), 'tunegate hostile '))
      expect(await exportStudy(out, tool, to)).toBeGreaterThan(3)
      rmSync(to, { recursive: true })
    }
  })
})
