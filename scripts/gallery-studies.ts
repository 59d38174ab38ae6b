import { basename } from 'node:path'
import { didYouMean } from '../src/base/diagnostics.ts'

/** A study of docs/gallery; its spec is `docs/gallery/NAME/tuning.yml`. */
export interface GalleryStudy {
  readonly name: 'tabular' | 'image' | 'text' | 'regression' | 'own-script'
  /** What it shows, in a sentence. */
  readonly about: string
  /** The folder of the spec while it runs. */
  readonly folder: string
  /** Files of the repository, and where the study reads them. */
  readonly files: readonly (readonly [from: string, to: string])[]
  /** Options of `tunegate run`. */
  readonly options: readonly string[]
}

/** A study of one data file, which lies beside its spec. */
const ofData = (name: GalleryStudy['name'], about: string, data: string): GalleryStudy => ({
  name,
  about,
  folder: '.',
  files: [[data, basename(data)]],
  options: ['--engine', 'wasm'],
})

export const studies: readonly GalleryStudy[] = [
  ofData('tabular', 'Three cultivars of wine by 13 measurements, 178 rows: all five stages.', 'examples/wine/wine.csv'),
  ofData(
    'image',
    'Handwritten digits of 8 × 8 pixels, 1,797 rows: a small convolutional network.',
    'examples/digits/digits.csv.gz',
  ),
  ofData(
    'text',
    'Whether a sentence of a review is positive, 1,047 sentences; those of one review stay in one part of the split.',
    'examples/trainers/text/snippets.csv',
  ),
  ofData('regression', 'The alcohol of a wine by its other measurements, 178 rows.', 'examples/wine/wine.csv'),
  {
    name: 'own-script',
    about: 'A training script of its own, written in shell and awk, which reports its metrics itself.',
    folder: 'trainers/shell',
    files: [
      ['examples/trainers/shell/train.sh', 'trainers/shell/train.sh'],
      ['examples/wine/wine.csv', 'wine/wine.csv'],
    ],
    options: [],
  },
]

/** The page of the gallery: each study with its picture, its verdict and its files. */
export function galleryPage(summaryOf: (name: string) => string): string {
  const parts = studies.map(({ name, about }) => {
    // A warning, which is a quotation, may stand between the title and the verdict.
    const [title = '', sentence = '', more = ''] = summaryOf(name)
      .split(/\n{2,}/)
      .filter((part) => !part.startsWith('>'))
    return [
      `## ${name}`,
      '',
      about,
      '',
      `[![Top of the report of the study ${name}](${name}/report.png)](${name}/report.html)`,
      '',
      `${title.replace(/^# /, '')}. ${sentence}`,
      '',
      more,
      '',
      `[Report](${name}/report.html) · [summary](${name}/summary.md) · [spec](${name}/tuning.yml)`,
    ].join('\n')
  })
  return `# Gallery

Reports and summaries of five real studies. \`npm run gallery\` makes them again, from the data in \`examples/\`. GitHub shows
the source of an HTML file: download a report and open it, or clone the repository.

${parts.join('\n\n')}
`
}

/** What to say about names that no study of the gallery has; null if all of them do. */
export function unknownNames(names: readonly string[]): string | null {
  const known: readonly string[] = studies.map(({ name }) => name)
  const wrong = names.filter((name) => !known.includes(name))
  if (wrong.length === 0) return null
  const meant = wrong.map((name) => didYouMean(name, known)).find((name) => name !== undefined)
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
  return `The gallery has no study ${wrong.join(', ')}.${hint} It has ${known.join(', ')}; without a name, all are made.`
}
