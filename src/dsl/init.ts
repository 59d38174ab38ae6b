import { linesOfWords } from '../base/wrap.ts'
import { yamlComment, yamlScalar } from '../base/yaml.ts'

/** What `init` knows about a data file; the loader's table summary matches it. */
export interface InitOptions {
  /** The data file as the spec should name it: relative to the spec's location. */
  readonly file: string
  /** The file's name without its folder and format endings. It becomes the name of the study. */
  readonly stem: string
  readonly header: boolean
  readonly rows: number
  readonly columns: readonly {
    readonly name: string
    readonly type: 'numeric' | 'categorical' | 'text' | 'constant' | 'identifier'
  }[]
  /** Column to predict; null if it cannot be guessed. */
  readonly target: string | null
  readonly task: 'classification' | 'regression' | null
  /** The preset that fits the rows. */
  readonly preset: string
  /** Shape of a row if rows are images, otherwise null. */
  readonly imageShape: readonly number[] | null
  readonly scale: number | null
  /** The column of texts to read, with the tokens of each; null if the inputs are no text. */
  readonly text: { readonly column: string; readonly length: number } | null
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
    ...(options.text ? textModelLines() : modelLines(options.imageShape)),
    '',
    ...leverLines(options),
    '',
    ...stageLines(options.stages),
    '',
    ...gateLines(options.gates),
    '',
    'budget: { minutes: 20, trials: 200 }   # runs for the verification are reserved first',
    '',
  ].join('\n')
}

/** How a new spec scales the columns of a table. */
const tableScaling: 'robust' | true = true

/** Tokens of a new spec for texts: rarer ones occur too seldom to learn from. */
const vocabulary = 10_000

function dataLines({ file, target, header, columns, imageShape, scale, text, checks }: InitOptions): string[] {
  const plain = imageShape !== null || text !== null
  return [
    'data:',
    `  source: ${yamlScalar(file)}`,
    `  target: ${targetOf(target, header)}${target === null ? '                 # a guess: the last column' : ''}`,
    `  header: ${header}`,
    ...(text
      ? [
          `  inputs: { text: ${columnOf(text.column, header)}, tokenizer: word, vocabulary: ${vocabulary}, length: ${text.length} }`,
        ]
      : imageShape
        ? [`  inputs: { shape: [${imageShape.join(', ')}], scale: ${number(scale ?? 1)} }`]
        : [`  inputs: auto                 # ${census(columns, target)}; or { numeric: [a, b], categorical: [c] }`]),
    ...(plain || tableScaling === true
      ? []
      : [`  standardize: ${tableScaling}          # median, quartiles, smooth clipping`]),
    '  split: { validation: 0.2, test: 0.2, stratify: true, groupBy: null }',
    '  checks:                       # error stops before training, warn reports, off skips the check',
    ...filled(Object.entries(checks).map(([name, severity]) => `${name}: ${severity}`)),
  ]
}

/** Entries of a map in braces, as many per line as fit in 120 columns. */
function filled(entries: readonly string[]): string[] {
  const words = ['{', ...entries.map((entry, i) => `${entry}${i === entries.length - 1 ? ' }' : ','}`)]
  const indented = (line: string): string => (line.startsWith('{') ? `    ${line}` : `      ${line}`)
  return linesOfWords(words, (line) => indented(line).length <= 120).map(indented)
}

function modelLines(image: InitOptions['imageShape']): string[] {
  const head = ['    - dropout                  # its rate is the lever', '    - dense: { units: classes }']
  if (image?.length !== 3) {
    return [
      'model:',
      '  layers:',
      ...(image ? ['    - flatten'] : []),
      '    - dense: { units: 64, activation: relu }',
      '    - dense: { units: 64, activation: relu }',
      ...head,
    ]
  }
  const pools = Math.min(image[0] ?? 1, image[1] ?? 1) >= 4
  return [
    'model:',
    '  layers:',
    '    - conv2d: { filters: 16, kernelSize: 3, padding: same, activation: relu }',
    ...(pools ? ['    - maxPooling2d: { poolSize: 2 }'] : []),
    '    - flatten',
    '    - dense: { units: 64, activation: relu }',
    ...head,
  ]
}

/**
 * The mean of learned word vectors and a linear layer. On 1,800 training sentences, attention in between is slower and worse:
 * bench/text.
 */
function textModelLines(): string[] {
  return [
    'model:',
    '  layers:',
    '    - embedding: { inputDim: vocabulary, outputDim: 64 }',
    '    - globalAveragePooling1d   # padding does not count',
    '    - dropout                  # its rate is the lever',
    '    - dense: { units: classes }',
  ]
}

/**
 * Word vectors overfit early: a bag of them needs more weight decay and dropout than dense layers, and a smaller learning rate
 * the more steps there are.
 */
const textLevers = (rows: number) => [
  `  optimization: { optimizer: adamw, learningRate: ${textRate(rows)} }`,
  '  regularization: { weightDecay: 1, dropout: 0.5 }',
]
const otherLevers = () => [
  '  optimization: { optimizer: adamw, learningRate: 0.001 }',
  '  regularization: { weightDecay: 0.01, dropout: 0.1 }',
]

/** In steps of 0.0005. */
const textRate = (rows: number): number => Math.min(10, Math.max(2, Math.round(30_000 / rows))) / 2000

function leverLines({ rows, text }: InitOptions): string[] {
  const [optimization = '', regularization = ''] = text ? textLevers(rows) : otherLevers()

  return [
    'levers:                        # the baseline: where tuning starts, and what the winner is compared with',
    optimization,
    `  batching: { batchSize: ${batchSize(rows)} }`,
    regularization,
    '  scheduling: { schedule: cosine, warmupSteps: auto, clipNorm: 1, epochs: 20 }',
  ]
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

/** At most 64, and small enough that an epoch has several steps: three fifths of the rows are for training. */
function batchSize(rows: number): number {
  let size = 64
  while (size > 1 && size * 4 > rows * 0.6) size /= 2
  return size
}

function census(columns: InitOptions['columns'], target: string | null): string {
  const inputs = columns.filter((c) => c.name !== target)
  const count = (type: string): number => inputs.filter((c) => c.type === type).length
  const left = count('constant') + count('identifier')
  return `${count('numeric')} numeric, ${count('categorical')} categorical${left > 0 ? `, ${left} left out` : ''}`
}

/** Without a header, columns are named by position. */
const columnOf = (name: string, header: boolean): string => (!header && /^-?\d+$/.test(name) ? name : yamlScalar(name))

const targetOf = (target: string | null, header: boolean): string => (target === null ? '-1' : columnOf(target, header))

/** Letters and digits of a name; a study's name is also a folder's. */
function nameOf(text: string): string {
  const name = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  return yamlScalar(name.slice(0, 64) || 'study')
}

/** Shortened if that loses nothing. */
const number = (value: number): string =>
  Number(value.toPrecision(6)) === value ? String(Number(value.toPrecision(6))) : String(value)
