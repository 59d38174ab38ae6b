import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { buildReport, type ReportInput } from '../../src/report/build.ts'
import { reportFiles } from '../../src/report/files.ts'
import type { Report } from '../../src/report/model.ts'
import type { RunResult } from '../../src/records/run.ts'

/** A report on the disk, as a reader gets it. */
export interface OnDisk {
  readonly report: Report
  readonly page: string
  readonly bytes: number
  remove(): void
}

export async function onDisk(report: Report, runs: Iterable<RunResult>): Promise<OnDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'tunegate-page-'))
  let bytes = 0
  for await (const { path, text } of reportFiles(report, runs)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
    if (path === 'report.html') bytes = Buffer.byteLength(text)
  }
  return {
    report,
    page: join(folder, 'report.html'),
    bytes,
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const studyOnDisk = ({ input, results }: { input: ReportInput; results: readonly RunResult[] }): Promise<OnDisk> =>
  onDisk(buildReport(input), results)

export interface Opened {
  readonly page: Page
  /** What a reader's console would show in red, and requests for anything but the file itself. */
  readonly complaints: string[]
  /** Until the page was on the screen, and from there until the curves of the trials were. */
  readonly opened: number
  readonly drawn: number
}

export interface View {
  readonly width?: number
  readonly scheme?: 'light' | 'dark'
  /** Leaves sections folded that a narrow screen folds; the curves of the trials are then not drawn. */
  readonly folded?: true
}

/** Opens a file in a window of its own; scrolls to the curves of the trials and back. */
export async function open(
  browser: Browser,
  file: string,
  { width = 1280, scheme = 'light', folded }: View = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const complaints: string[] = []
  const address = pathToFileURL(file).href
  page.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') complaints.push(m.text())
  })
  page.on('pageerror', (e) => complaints.push(e.message))
  page.on('request', (r) => {
    if (r.url() !== address) complaints.push(`asks for ${r.url()}`)
  })
  page.on('dialog', (d) => {
    complaints.push(`dialog ${d.message()}`)
    void d.dismiss()
  })
  const start = performance.now()
  await page.goto(address, { waitUntil: 'load' })
  await page.evaluate(frame)
  const opened = performance.now() - start
  if (folded) return { page, complaints, opened, drawn: 0 }
  await page.evaluate("for (const fold of document.querySelectorAll('details.fold')) fold.open = true")
  await page.locator('#explorer').scrollIntoViewIfNeeded()
  await page.locator('.canvas canvas').nth(7).waitFor({ state: 'attached' })
  await page.evaluate(frame)
  const drawn = performance.now() - start - opened
  await page.evaluate('scrollTo(0, 0)')
  return { page, complaints, opened, drawn }
}

const frame = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'

/** The sandbox needs rights that a container's root does not have. */
export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
