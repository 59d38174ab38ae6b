// `npm run gallery [NAME...]` runs the studies of docs/gallery with the built command line and keeps of each its report, its
// summary and a picture of the report's top. The data are those of examples/. It needs `dist/`, and Chromium on the PATH for
// the pictures.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { galleryPage, studies, unknownNames, type GalleryStudy } from './gallery-studies.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const gallery = join(root, 'docs/gallery')

/**
 * Runs the study in a folder of its own, so that no path of this machine gets into the report. Returns the output folder.
 */
function run({ name, folder, files, options }: GalleryStudy, scratch: string): string {
  const at = join(scratch, folder)
  mkdirSync(at, { recursive: true })
  copyFileSync(join(gallery, name, 'tuning.yml'), join(at, 'tuning.yml'))
  for (const [from, to] of files) cpSync(join(root, from), join(scratch, to), { recursive: true })
  const command = [join(root, 'dist/cli/index.js'), 'run', ...options]
  const { status } = spawnSync(process.execPath, command, { cwd: at, stdio: ['ignore', 'inherit', 'inherit'] })
  // A study that fails (1) or stays open (3) is worth showing too.
  if (![0, 1, 3].includes(status ?? -1)) throw new Error(`${name} ended with exit code ${status ?? 'none'}`)
  const [study] = readdirSync(join(at, '.tunegate'))
  if (study === undefined) throw new Error(`${name} wrote no report`)
  return join(at, '.tunegate', study)
}

/** What pictures show of a page: the window of a reader. */
interface Window {
  readonly width: number
  readonly height: number
  readonly scheme: 'light' | 'dark'
}

const top: Window = { width: 1100, height: 780, scheme: 'light' }

/** The study whose report the README shows. */
const shown: GalleryStudy['name'] = 'image'

/** The pictures of the README: that study on a desk, in light and dark, and on a phone. */
const readme: Readonly<Record<string, Window>> = {
  report: { width: 1200, height: 1320, scheme: 'light' },
  'report-dark': { width: 1200, height: 1320, scheme: 'dark' },
  'report-phone': { width: 390, height: 1320, scheme: 'light' },
}

async function pictures(page: string, all: readonly (readonly [to: string, window: Window])[]): Promise<void> {
  const executablePath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'chromium'))
    .find((file) => existsSync(file))
  if (executablePath === undefined) throw new Error('pictures need chromium on the PATH')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    for (const [to, { width, height, scheme }] of all) {
      const view = await browser.newPage({ viewport: { width, height }, colorScheme: scheme })
      await view.goto(pathToFileURL(page).href)
      await view.screenshot({ path: to })
      await view.close()
    }
  } finally {
    await browser.close()
  }
}

const wanted = process.argv.slice(2)
const unknown = unknownNames(wanted)
if (unknown !== null) {
  process.stderr.write(`${unknown}\n`)
  process.exit(2)
}
for (const study of studies.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const scratch = mkdtempSync(join(tmpdir(), 'tunegate-gallery-'))
  try {
    const out = run(study, scratch)
    for (const file of ['report.html', 'summary.md']) copyFileSync(join(out, file), join(gallery, study.name, file))
    const more = study.name === shown ? Object.entries(readme) : []
    await pictures(join(gallery, study.name, 'report.html'), [
      [join(gallery, study.name, 'report.png'), top],
      ...more.map(([name, window]) => [join(root, 'docs/images', `${name}.png`), window] as const),
    ])
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
// Not before the first run of all of them.
if (studies.every(({ name }) => existsSync(join(gallery, name, 'summary.md'))))
  writeFileSync(
    join(gallery, 'README.md'),
    galleryPage((name) => readFileSync(join(gallery, name, 'summary.md'), 'utf8')),
  )
