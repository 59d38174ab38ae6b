import type { Task } from '../../records/metrics.ts'
import { taskNames, taskOf } from '../../records/tasks.ts'
import { checks } from '../../data/checks/index.ts'
import { mayNameArrays } from '../../data/formats/index.ts'
import type { NamedColumns } from '../../data/types.ts'
import { defaultTokenizer, isTokenizerFile } from '../../data/tokenizers/index.ts'
import type { Checks, Data, Labels } from '../../dsl/tuning.gen.ts'
import type { NormalizedChecks, NormalizedData, NormalizedInputs } from '../normalized.ts'
import type { SpecPath } from '../../dsl/parse.ts'
import type { Report } from '../problem.ts'

/**
 * The data block. Positions become texts, since a column is looked up by name first. The shares of the split must leave rows
 * to train on.
 */
export function normalizeData(data: Data, task: Task, seed: number, report: Report): NormalizedData {
  const inputs = normalizeInputs(data.inputs ?? 'auto', report)
  const split = normalizeSplit(data.split ?? {}, seed, report)
  if (inputs.kind === 'text' && isTokenizerFile(inputs.tokenizer)) {
    checkPath(inputs.tokenizer, ['data', 'inputs', 'tokenizer'], 'tokenizer', report)
  }
  return {
    ...normalizeFiles(data, report),
    ...normalizeTarget(data, task, report),
    header: data.header ?? 'auto',
    task,
    inputs,
    standardize: data.standardize ?? hasColumns(inputs),
    ...normalizePreparation(data, report),
    ...normalizeWeighting(data, task, report),
    split,
  }
}

type Targets = Pick<NormalizedData, 'target' | 'targets' | 'labels'>

/** Whether columns of numbers may be inputs: arrays and token ids stay as they are. */
const hasColumns = (inputs: NormalizedInputs): boolean =>
  inputs.kind !== 'array' && (inputs.kind !== 'text' || inputs.columns !== undefined)

/** One target, or several of a regression, or labels. */
function normalizeTarget({ target: written, source, train }: Data, task: Task, report: Report): Targets {
  if (typeof written === 'object' && 'labels' in written) return normalizeLabels(written, task, report)
  const all = [written].flat().map(String)
  const [target = ''] = all
  if (task === 'multi-label' && all.length === 1 && !mayNameArrays(source ?? train ?? '')) {
    report('targets-task', ['data', 'target'], 'several labels need a column each, or one column that lists them', {
      found: target,
      allowed:
        'a list of at least two columns of 0 and 1, no and yes, or false and true; or a map with the column of labels',
      hint:
        `name every label, as in target: [sports, politics]; or say what separates the labels of the column, as in ` +
        `target: { labels: ${target}, separator: ";" }; for one label, write task: classification`,
    })
  }
  if (all.length === 1) return { target }
  if (task === 'classification') {
    report('targets-task', ['data', 'target'], 'a classification has one target, whose classes exclude each other', {
      found: all.join(', '),
      allowed: 'one column',
      hint: 'for labels that each say yes or no, write task: multi-label; for numbers, task: regression',
    })
  }
  return { target, targets: all }
}

/** One column that lists the labels of each row. */
function normalizeLabels({ labels, separator = null, minRows = 1 }: Labels, task: Task, report: Report): Targets {
  const target = String(labels)
  if (task !== 'multi-label') {
    report('targets-task', ['data', 'target'], `a column that lists labels is for the task multi-label`, {
      found: `task: ${task}`,
      allowed: 'task: multi-label',
      hint: `if each row has one value, write target: ${target}`,
    })
  }
  if (separator?.trim() === '' && separator !== ' ') {
    report('labels-separator', ['data', 'target', 'separator'], 'labels are separated by a sign, or by one blank', {
      found: JSON.stringify(separator),
      allowed: '";", "|", ",", " " or any other text',
    })
  }
  return { target, labels: { separator, minRows } }
}

const scalings = { standardize: true, robust: 'robust', quantile: 'quantile', none: false } as const

/** What the spec says about scaling of single columns, missing values and rare categories; nothing where it is silent. */
function normalizePreparation(data: Data, report: Report): Pick<NormalizedData, 'scaling' | 'missing' | 'categories'> {
  const { scaling = {}, missing, categories, inputs } = data
  const { strategy = 'indicator', values = [], fill = 0 } = missing ?? {}
  if (missing && strategy === 'indicator' && typeof inputs === 'object' && inputs.shape) {
    report(
      'indicator-shape',
      ['data', 'missing'],
      'indicators are more inputs, which do not fit into the shape of an array',
      {
        found: 'indicator',
        allowed: 'median, most-frequent or constant',
      },
    )
  }
  if (typeof inputs === 'object' && inputs.text !== undefined && !inputs.numeric && !inputs.categorical) {
    for (const key of ['scaling', 'missing', 'categories'] as const) {
      if (data[key] === undefined) continue
      report('text-preparation', ['data', key], `a text is read as it is: without columns beside it, ${key} has no effect`, {
        hint: 'leave it out',
      })
    }
  }
  const columns = Object.entries(scaling)
  return {
    ...(columns.length > 0 && { scaling: Object.fromEntries(columns.map(([name, how]) => [name, scalings[how]])) }),
    ...(missing && { missing: { strategy, values: values.map(String), fill } }),
    ...(categories && { categories: { minRows: categories.minRows ?? 10 } }),
  }
}

/** Weights of rows in the loss; nothing where the spec is silent. */
function normalizeWeighting(
  { classWeights, weightColumn }: Data,
  task: Task,
  report: Report,
): Pick<NormalizedData, 'weighting'> {
  if (classWeights === undefined && weightColumn === undefined) return {}
  const written = { classes: classWeights, rows: weightColumn }
  const keys = { classes: 'classWeights', rows: 'weightColumn' } as const
  for (const kind of ['classes', 'rows'] as const) {
    if (written[kind] === undefined || taskOf(task).weighs.includes(kind)) continue
    const allowed = taskNames.filter((name) => taskOf(name).weighs.includes(kind))
    report('weights-task', ['data', keys[kind]], `the loss of the task ${task} has no weights of ${kind} yet`, {
      allowed: `task: ${allowed.join(' or ')}`,
    })
  }
  return {
    weighting: {
      ...(classWeights !== undefined && { classes: classWeights }),
      ...(weightColumn !== undefined && { column: String(weightColumn) }),
    },
  }
}

/** The spec's severity for each check, or else the check's default. */
export function normalizeChecks(written: Checks = {}): NormalizedChecks {
  const all = checks.map(({ name, severity }) => [name, written[name] ?? severity])
  return Object.fromEntries(all) as NormalizedChecks // the type has the names of the registry
}

type Inputs = NonNullable<Data['inputs']>

function normalizeInputs(inputs: Inputs, report: Report): NormalizedInputs {
  if (inputs === 'auto') return { kind: 'auto' }
  if (inputs.shape) return { kind: 'array', shape: inputs.shape, scale: inputs.scale ?? 1 }
  if (inputs.text !== undefined) {
    const { text, tokenizer = defaultTokenizer, vocabulary = 10_000, length = 64 } = inputs
    const columns = inputs.numeric || inputs.categorical ? { columns: namedColumns(inputs, report) } : {}
    return { kind: 'text', column: String(text), tokenizer, vocabulary, length, ...columns }
  }
  return { kind: 'columns', ...namedColumns(inputs, report), encoding: inputs.encoding ?? 'one-hot' }
}

/** The columns that are listed, at least one. */
function namedColumns(inputs: Extract<Inputs, object>, report: Report): NamedColumns {
  const numeric = (inputs.numeric ?? []).map(String)
  const categorical = (inputs.categorical ?? []).map(String)
  if (numeric.length + categorical.length === 0) {
    report('no-inputs', ['data', 'inputs'], 'inputs do not list any column', {
      hint: 'set inputs: auto, or list numeric or categorical columns',
    })
  }
  const twice = numeric.find((name) => categorical.includes(name))
  if (twice !== undefined) {
    const index = categorical.indexOf(twice)
    report('column-twice', ['data', 'inputs', 'categorical', index], 'a column cannot be both numeric and categorical', {
      found: twice,
    })
  }
  return { numeric, categorical }
}

function normalizeSplit(split: NonNullable<Data['split']>, seed: number, report: Report): NormalizedData['split'] {
  const { validation = 0.2, test = 0.2, stratify = true, groupBy = null } = split
  if (validation + test >= 1) {
    const key = split.validation === undefined ? 'test' : 'validation'
    report('split-sum', ['data', 'split', key], 'the split leaves no rows to train on', {
      found: `${validation} + ${test}`,
      allowed: 'validation and test together below 1',
    })
  }
  const { time = null, gap = 0 } = split
  if (time !== null && groupBy !== null) {
    report('time-and-groups', ['data', 'split', 'time'], 'rows are split by time or by groups, not by both', {
      hint: 'leave out groupBy, or sort the groups by time yourself and name a file for each part',
    })
  }
  if (gap > 0 && time === null) {
    report('gap-without-time', ['data', 'split', 'gap'], 'a gap needs a column of times', { hint: 'set data.split.time' })
  }
  return {
    validation,
    test,
    stratify,
    groupBy: groupBy === null ? null : String(groupBy),
    seed: split.seed ?? seed,
    ...(time !== null && { time: String(time), ...(gap > 0 && { gap }) }),
    ...(split.rows === 'fixed' && { fixed: true as const }),
  }
}

/** Where the rows are: one file to split, or a file for each part. */
function normalizeFiles(data: Data, report: Report): Pick<NormalizedData, 'source' | 'files'> {
  const { source, train, validation, test, split = {} } = data
  const named = { source, train, validation, test }
  for (const [key, path] of Object.entries(named)) if (path !== undefined) checkPath(path, ['data', key], 'data', report)
  if (source === undefined && train === undefined) {
    report('no-source', ['data'], 'the data block does not name a file', {
      allowed: 'source, or train with validation, test or both',
    })
  }
  for (const part of ['validation', 'test'] as const) {
    if (named[part] === undefined || split[part] === undefined) continue
    report('split-file', ['data', 'split', part], `the ${part} rows have a file of their own, so no share is drawn`, {
      found: String(split[part]),
      hint: `leave out data.split.${part} or data.${part}`,
    })
  }
  if (train === undefined) return { source: source ?? '' }
  if (validation === undefined && test === undefined) return { source: train }
  return { source: train, files: { ...(validation !== undefined && { validation }), ...(test !== undefined && { test }) } }
}

/** Only the spec's own location shows whether a relative path stays inside the workspace; the caller checks it. */
function checkPath(source: string, at: SpecPath, what: 'data' | 'tokenizer', report: Report): void {
  const address = /^[a-z][a-z0-9+.-]+:\/\//i.test(source)
  if (address || /^([/\\]|[a-z]:[/\\])/i.test(source) || source.includes('\0')) {
    report('source', at, `the ${what} file must be inside the workspace`, {
      found: source,
      allowed: 'a path relative to the spec',
      ...(address ? { hint: 'download the file before the study and use the local copy' } : {}),
    })
  }
}
