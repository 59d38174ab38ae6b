import { describe, expect, it } from 'vitest'
import { buildReport } from '../../src/report/build.ts'
import { explorerData } from '../../src/report/explorer/data.ts'
import { reportFiles, type ReportFile } from '../../src/report/files.ts'
import { renderHtml } from '../../src/report/html/index.ts'
import type { Report } from '../../src/report/model.ts'
import { fakeStudy, type StudyOptions } from '../support/study.ts'
import { hostile, hostileNames } from '../support/hostile.ts'
import { duplicates, idsOf, markupProblem } from './markup.ts'

const known = new Map<string, Promise<Map<string, string>>>()

/** Drawn once for each kind of study. */
function filesOf(options: StudyOptions = {}): Promise<Map<string, string>> {
  const key = JSON.stringify(options)
  const files = known.get(key) ?? written(options)
  known.set(key, files)
  return files
}

async function written(options: StudyOptions): Promise<Map<string, string>> {
  const study = fakeStudy(options)
  const files: ReportFile[] = []
  for await (const file of reportFiles(buildReport(study.input), study.runs())) files.push(file)
  expect(duplicates(files.map((f) => f.path))).toEqual([])
  return new Map(files.map((f) => [f.path, f.text]))
}

const withoutScript = (page: string): string => page.replace(/<script>(?:(?!<\/script)[\s\S])*<\/script>/, '')

describe('the files of a report', () => {
  it('are all there, report.json last', async () => {
    const files = await filesOf()
    const paths = [...files.keys()]
    expect(paths.at(-1)).toBe('report.json')
    for (const path of ['summary.md', 'report.html', 'lineage.jsonl', 'tuning.lock.json', 'curves/evaluations.csv'])
      expect(paths).toContain(path)
    const report = buildReport(fakeStudy().input)
    expect(paths.filter((p) => p.startsWith('curves/runs/')).sort()).toEqual(report.runs.map((r) => r.curve).sort())
    expect(
      files
        .get('lineage.jsonl')
        ?.trimEnd()
        .split('\n')
        .map((l) => JSON.parse(l)),
    ).toEqual(report.lineage)
  })

  it('are the same whatever order the runs come in', async () => {
    const study = fakeStudy()
    const report = buildReport(study.input)
    const collect = async (runs: typeof study.results): Promise<ReportFile[]> => {
      const files: ReportFile[] = []
      for await (const file of reportFiles(report, runs)) files.push(file)
      return files.sort((a, b) => (a.path < b.path ? -1 : 1))
    }
    expect(await collect([...study.results].reverse())).toEqual(await collect(study.results))
  })

  it('take runs one at a time', async () => {
    const study = fakeStudy()
    let handed = 0
    async function* counted() {
      for (const run of study.results) {
        handed++
        yield run
      }
    }
    const seen: number[] = []
    for await (const file of reportFiles(buildReport(study.input), counted()))
      if (file.path.startsWith('curves/runs/')) seen.push(handed)
    expect(seen.slice(0, 5)).toEqual([1, 2, 3, 4, 5])
  })

  it.each<[string, StudyOptions]>([
    ['without verification', { stages: ['lr-range'] }],
    ['without stages', { stages: [] }],
    ['with one seed', { seeds: 1 }],
    ['with every winner diverged', { diverging: [0, 1, 2, 3, 4] }],
  ])('can be written for a study %s', async (_name, options) => {
    const files = await filesOf(options)
    expect(markupProblem(files.get('report.html') ?? '')).toBeUndefined()
    expect(files.get('summary.md')).not.toMatch(/undefined|NaN|\[object/)
    expect(withoutScript(files.get('report.html') ?? '')).not.toMatch(/undefined|NaN|\[object/)
  })
})

const rendered = (report: Report): string => renderHtml(report, new Map(), explorerData(report, new Map()))

describe('report.html', () => {
  // The drawings hold no outside text and take long: they are drawn once, with all names together.
  const undrawn = (name: string): string => rendered(buildReport(fakeStudy({ hostile: name }).input))

  it.each(['all at once', ...hostileNames].map((n) => [n.slice(0, 30), n]))(
    'is one well-formed file that asks for nothing: %s',
    async (_short, name = '') => {
      const page = name === 'all at once' ? ((await filesOf({ hostile })).get('report.html') ?? '') : undrawn(name)
      expect(markupProblem(page)).toBeUndefined()
      expect(duplicates(idsOf(page))).toEqual([])
      const scripts = [...page.matchAll(/<script[^>]*>/gi)].map((m) => m[0])
      expect(scripts).toEqual(
        scripts.length === 2 ? ['<script type="application/json" id="explorer-data">', '<script>'] : ['<script>'],
      )
      const without = withoutScript(page)
      const tags = [...without.matchAll(/<[^>]*>/g)].map((m) => m[0]).join('\n')
      expect(tags).not.toMatch(
        /<link|<iframe|<object|<embed|<img|<image|<use|<base|<form|<foreignObject| on\w+=| src=|xlink/i,
      )
      expect(tags).not.toMatch(/https?:|data:|javascript:/i)
      const links = [...tags.matchAll(/ href="([^"]*)"/g)].map((m) => m[1] ?? '')
      expect(links.filter((l) => !/^#[\w-]+$|^curves\/runs\/[\w.-]+\.csv$/.test(l))).toEqual([])
      expect([...page.matchAll(/url\(([^)]*)\)/g)].filter((m) => !m[1]?.startsWith('#'))).toEqual([])
      expect(page.match(/<style>[\s\S]*<\/style>/)?.[0]).not.toMatch(/@import|url\(/)
      expect(page).toContain('default-src &#39;none&#39;'.replaceAll('&#39;', "'"))
    },
  )

  it('shows the verdict before anything else, and links that lead somewhere', async () => {
    const page = (await filesOf()).get('report.html') ?? ''
    const body = page.slice(page.indexOf('<body>'))
    expect(body).toMatch(/All 4 gates pass\.[^]*<nav/)
    const ids = idsOf(page)
    for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target)
    expect((page.match(/<svg /g) ?? []).length).toBe(19)
  })

  it('stays small: no more than 5 MB for a thousand runs', async () => {
    const study = fakeStudy()
    const report = buildReport(study.input)
    const one = report.runs[0]
    if (!one) throw new Error('no run')
    const runs = Array.from({ length: 1000 }, (_, i) => ({ ...one, id: `${one.id}${i}` }))
    let page = ''
    for await (const file of reportFiles({ ...report, runs }, study.results))
      if (file.path === 'report.html') page = file.text
    expect(Buffer.byteLength(page)).toBeLessThan(5_000_000)
  })
})

describe('drawings', () => {
  it('are well-formed, titled, described, and hold marks; none asks for anything', async () => {
    const drawings = [...(await filesOf({ hostile }))].filter(([path]) => path.endsWith('.svg'))
    expect(drawings).toHaveLength(23)
    for (const [path, svg] of drawings) {
      expect(markupProblem(svg), path).toBeUndefined()
      expect(svg).toMatch(/<title id="[^"]+">[^<]+<\/title><desc id="[^"]+">[^<]+<\/desc>/)
      expect((svg.match(/mark-(?:line|rect|symbol|rule|text)/g) ?? []).length, path).toBeGreaterThan(0)
      expect(svg).not.toMatch(/NaN|undefined|Infinity|<image|<script/)
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:/)
    }
  })

  it('show the numbers of the report', async () => {
    const files = await filesOf()
    const range = files.get('curves/range-test.svg') ?? ''
    expect(range).toContain('>edge 0.082<')
    expect(range).toContain('>chosen 0.0082<')
    // Each of the three curves once as measured and once smoothed.
    expect((range.match(/mark-line role-mark[\s\S]*?<\/g>/g) ?? []).join().match(/<path /g)?.length).toBe(6)
    expect(files.get('curves/grid.svg')?.match(/>33 % of a run</g)).toHaveLength(6)
    expect(files.get('curves/sensitivity.svg')).toContain('>0.61<')
    expect(files.get('curves/throughput.svg')).toContain('beyond the noise scale')
  })

  it('are colour-blind safe: every colour is of the one palette, the heat map of cividis, or ink', async () => {
    const palette = [
      '#0072B2',
      '#E69F00',
      '#D55E00',
      '#009E73',
      '#56B4E9',
      '#CC79A7',
      '#888888',
      'currentColor',
      'transparent',
      'none',
      '#ffffff',
      '#000000',
    ]
    for (const [path, svg] of await filesOf()) {
      if (!path.endsWith('.svg')) continue
      const used = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)]
        .map((m) => m[1] ?? '')
        .filter((c) => !c.startsWith('url(#'))
      const others = used.filter((c) => !palette.includes(c))
      if (path === 'curves/grid.svg') expect(others.every((c) => c.startsWith('rgb('))).toBe(true)
      else expect(others, path).toEqual([])
    }
  })
})
