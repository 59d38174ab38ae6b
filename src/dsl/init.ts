import { linesOfWords } from '../base/wrap.ts'
import { yamlComment, yamlScalar } from '../base/yaml.ts'
import type { Spec } from './tuning.gen.ts'
import { leverLines, modelLines, textModelLines } from './init-model.ts'

/** A text among the inputs. */
export interface InitText {
  readonly column: string
  /** Tokens of each text. */
  readonly length: number
  /** Columns beside it; omitted if there are none. */
  readonly columns?: { readonly numeric: readonly string[]; readonly categorical: readonly string[] }
}

/** What `init` knows about a data file; the loader's table summary matches it. */
export interface InitOptions {
  /** The data file, or that of the training rows, as the spec should name it: relative to the spec's location. */
  readonly source: string
  /** The files of other parts, if the data are split already. */
  readonly files?: { readonly validation?: string; readonly test?: string }
  /** The file's name without its folder and format endings. It becomes the name of the study. */
  readonly stem: string
  readonly header: boolean
  /** Training rows, about. */
  readonly trainRows: number
  readonly columns: readonly {
    readonly name: string
    readonly type: 'numeric' | 'categorical' | 'text' | 'constant' | 'identifier' | 'list'
    /** Cells without a value. */
    readonly missing: number
  }[]
  /** Words for a missing value besides the usual ones. */
  readonly missingWords: readonly string[]
  /** Column to predict; null if it cannot be guessed. */
  readonly target: string | null
  /** All columns to predict, if there are several. */
  readonly targets?: readonly string[]
  /** How the target lists labels, if it is one column of labels. */
  readonly labels?: { readonly separator: string | null; readonly minRows: number }
  /** The name of the array that holds all targets, if one does. */
  readonly targetArray?: string
  readonly task: Spec['task'] | null
  /** The preset that fits the rows. */
  readonly preset: string
  /** Shape of a row if rows are images, otherwise null. */
  readonly imageShape: readonly number[] | null
  readonly scale: number | null
  /** The column of texts to read, with the tokens of each, and columns beside it; null if the inputs are no text. */
  readonly text: InitText | null
  /** Why these inputs, if there was a choice, as a clause; omitted otherwise. */
  readonly inputsWhy?: string
  /** The column of times to split by, with the reason as a clause; omitted for a random split. */
  readonly time?: { readonly column: string; readonly why: string }
  /** Augmentations of the preset to turn off, because rows would look like other data; omitted if there are none. */
  readonly withoutAugmentation?: readonly string[]
  /** The stages in order, with settings that a reader is likely to change; null if the name alone is enough. */
  readonly stages: readonly { readonly name: string; readonly settings: Readonly<Record<string, number>> | null }[]
  /** The gates, each with how its limit was chosen; one that is only a proposal is commented out. */
  readonly gates: readonly { readonly why: string; readonly text: string; readonly proposal?: true }[]
  /** The default of each data check, by name. */
  readonly checks: Readonly<Record<string, string>>
  /** Address of the schema for editors, relative to the spec; omitted from the text if there is none. */
  readonly schema?: string
}

/** A commented spec that a person can run at once and then change. It is valid; a test parses it. */
export function renderSpec(options: InitOptions): string {
  const task = options.task ?? 'classification'
  return [
    ...(options.schema === undefined ? [] : [yamlComment(`yaml-language-server: $schema=${options.schema}`)]),
    'version: 1',
    `name: ${nameOf(options.stem)}`,
    `task: ${task}${options.task === null ? '                # a guess: classification or regression' : ''}`,
    `preset: ${options.preset}`,
    '',
    ...dataLines(options),
    '',
    ...augmentationLines(options),
    ...(options.text ? textModelLines(options.text.columns !== undefined) : modelLines(options.imageShape)),
    '',
    ...leverLines(options.trainRows, options.text),
    '',
    ...stageLines(options.stages),
    '',
    ...gateLines(options.gates),
    '',
    'budget: { minutes: 20, trials: 200 }   # runs for the verification are reserved first',
    '',
  ].join('\n')
}

function augmentationLines({ withoutAugmentation = [] }: InitOptions): string[] {
  if (withoutAugmentation.length === 0) return []
  const off = withoutAugmentation.map((name) => `${name}: 0`).join(', ')
  return [`augmentation: { ${off} }   # off: with the preset's amount, training rows look like other data`, '']
}

/** How a new spec scales the columns of a table. */
const tableScaling: 'robust' | true = true

/** Tokens of a new spec for texts: rarer ones occur too seldom to learn from. */
const vocabulary = 10_000

function dataLines(options: InitOptions): string[] {
  const { target, header, imageShape, scale, text, checks } = options
  const plain = imageShape !== null || (text !== null && !text.columns)
  return [
    'data:',
    ...fileLines(options),
    `  target: ${targetsOf(options)}${target === null ? '                 # a guess: the last column' : ''}`,
    `  header: ${header}`,
    ...(options.inputsWhy === undefined ? [] : comment(`Why these inputs: ${options.inputsWhy}.`)),
    ...(text
      ? textLines(text, options)
      : imageShape
        ? [`  inputs: { shape: [${imageShape.join(', ')}], scale: ${number(scale ?? 1)} }`]
        : [`  inputs: auto                 # ${census(options)}; or { numeric: [a, b], categorical: [c] }`]),
    ...(plain || tableScaling === true
      ? []
      : [`  standardize: ${tableScaling}          # median, quartiles, smooth clipping`]),
    ...missingLines(options),
    ...splitLines(options),
    '  checks:                       # error stops before training, warn and note report, off skips the check',
    ...filled(Object.entries(checks).map(([name, severity]) => `${name}: ${severity}`)),
  ]
}

/** The text and the columns beside it. The column of times is no input. */
function textLines({ column, length, columns }: InitText, { header, time }: InitOptions): string[] {
  const settings = [`text: ${columnOf(column, header)}`, 'tokenizer: word', `vocabulary: ${vocabulary}`, `length: ${length}`]
  if (!columns) return [`  inputs: { ${settings.join(', ')} }`]
  const lists = Object.entries(columns).flatMap(([key, names]: [string, readonly string[]]) => {
    const own = names.filter((name) => name !== time?.column).map((name) => columnOf(name, header))
    return own.length === 0 ? [] : `${key}: [${own.join(',\n')}]`.split(',\n')
  })
  return ['  inputs:', ...filled([...settings, ...lists])]
}

/** Where the rows are. */
function fileLines({ source, files }: InitOptions): string[] {
  if (!files) return [`  source: ${yamlScalar(source)}`]
  const others = Object.entries(files).map(([part, file]) => `  ${part}: ${yamlScalar(file)}`)
  return [`  train: ${yamlScalar(source)}`, ...others]
}

/** How to draw the parts that have no file. */
function splitLines({ files = {}, time, header }: InitOptions): string[] {
  const drawn = (['validation', 'test'] as const).filter((part) => files[part] === undefined)
  if (drawn.length === 0) return []
  if (time) {
    return [
      ...comment(`The latest rows are the test: ${time.why}. Without \`time\`, the split is random.`),
      `  split: { time: ${columnOf(time.column, header)}, ${drawn.map((part) => `${part}: 0.2`).join(', ')} }`,
    ]
  }
  return [`  split: { ${drawn.map((part) => `${part}: 0.2, `).join('')}stratify: true, groupBy: null }`]
}

/** How to fill in what is missing; nothing if every input has a value everywhere. */
function missingLines({ columns, target, targets = target === null ? [] : [target], ...options }: InitOptions): string[] {
  const { missingWords, imageShape, text } = options
  const named = text && [...(text.columns?.numeric ?? []), ...(text.columns?.categorical ?? [])]
  const isInput = ({ name, type }: (typeof columns)[number]): boolean =>
    (named?.includes(name) ?? !targets.includes(name)) && (type === 'numeric' || type === 'categorical')
  const gaps = columns.filter((column) => column.missing > 0 && isInput(column))
  if (gaps.length === 0) return []
  const words = missingWords.length > 0 ? `, values: [${missingWords.map((word) => JSON.stringify(word)).join(', ')}]` : ''
  const some = gaps.slice(0, 3).map(({ name, missing }) => `${name} (${missing})`)
  const more = gaps.length > 3 ? ` and ${gaps.length - 3} more` : ''
  return [
    ...comment(
      `Missing in ${some.join(', ')}${more}: filled in by the median or a category of its own, fitted on training rows.`,
    ),
    `  missing: { strategy: ${imageShape ? 'median' : 'indicator'}${words} }`,
  ]
}

/** Entries of a map in braces, as many per line as fit in 120 columns. */
function filled(entries: readonly string[]): string[] {
  const words = ['{', ...entries.map((entry, i) => `${entry}${i === entries.length - 1 ? ' }' : ','}`)]
  const indented = (line: string): string => (line.startsWith('{') ? `    ${line}` : `      ${line}`)
  return linesOfWords(words, (line) => indented(line).length <= 120).map(indented)
}

function stageLines(stages: InitOptions['stages']): string[] {
  return [
    "stages:                        # names alone take the preset's settings; leave out what you do not want tuned",
    ...stages.map(({ name, settings }) => `  - ${name}${settings === null ? '' : `: ${flowMap(settings)}`}`),
  ]
}

const flowMap = (settings: Readonly<Record<string, number>>): string =>
  `{ ${Object.entries(settings)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')} }`

function gateLines(gates: InitOptions['gates']): string[] {
  return [
    'gates:                         # fixed before the run; test rows are read by the verification alone',
    ...comment(
      "A margin is the larger of two: the metric's standard error on the test rows, since a smaller loss may be luck, and " +
        'the loss that the verify seeds resolve in 4 of 5 cases, since a tighter gate stays inconclusive.',
    ),
    ...gates.flatMap(({ why, text, proposal }) => [...comment(why), `  ${proposal ? '# ' : ''}- ${text}`]),
  ]
}

/** Comment lines of at most 120 columns, indented like the entries of a list. */
const comment = (text: string): string[] =>
  linesOfWords(text.split(' '), (line) => line.length <= 116).map((line) => `  ${yamlComment(line)}`)

function census({ columns, target, targets = target === null ? [] : [target], time }: InitOptions): string {
  const inputs = columns.filter((c) => !targets.includes(c.name) && c.name !== time?.column)
  const count = (type: string): number => inputs.filter((c) => c.type === type).length
  const left = count('constant') + count('identifier') + count('text') + count('list')
  return `${count('numeric')} numeric, ${count('categorical')} categorical${left > 0 ? `, ${left} left out` : ''}`
}

/** Without a header, columns are named by position. */
const columnOf = (name: string, header: boolean): string => (!header && /^-?\d+$/.test(name) ? name : yamlScalar(name))

const targetsOf = ({ target, targets, targetArray, labels, header }: InitOptions): string => {
  if (targetArray !== undefined) return yamlScalar(targetArray)
  if (labels && target !== null) {
    const { separator, minRows } = labels
    const between = separator === null ? '' : `, separator: ${JSON.stringify(separator)}`
    return `{ labels: ${columnOf(target, header)}${between}${minRows > 1 ? `, minRows: ${minRows}` : ''} }`
  }
  if (targets) return `[${targets.map((name) => columnOf(name, header)).join(', ')}]`
  return target === null ? '-1' : columnOf(target, header)
}

/** Letters and digits of a name; a study's name is also a folder's. */
function nameOf(text: string): string {
  const name = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  return yamlScalar(name.slice(0, 64) || 'study')
}

/** Shortened if that loses nothing. */
const number = (value: number): string =>
  Number(value.toPrecision(6)) === value ? String(Number(value.toPrecision(6))) : String(value)
