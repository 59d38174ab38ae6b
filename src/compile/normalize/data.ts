import type { Task } from '../../records/metrics.ts'
import { checks } from '../../data/checks/index.ts'
import { defaultTokenizer, isTokenizerFile } from '../../data/tokenizers/index.ts'
import type { Checks, Data } from '../../dsl/tuning.gen.ts'
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
  checkPath(data.source, ['data', 'source'], 'data', report)
  if (inputs.kind === 'text' && isTokenizerFile(inputs.tokenizer)) {
    checkPath(inputs.tokenizer, ['data', 'inputs', 'tokenizer'], 'tokenizer', report)
  }
  return {
    source: data.source,
    target: String(data.target),
    header: data.header ?? 'auto',
    task,
    inputs,
    standardize: data.standardize ?? (inputs.kind !== 'array' && inputs.kind !== 'text'),
    split,
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
    return { kind: 'text', column: String(text), tokenizer, vocabulary, length }
  }
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
  return { kind: 'columns', numeric, categorical, encoding: inputs.encoding ?? 'one-hot' }
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
  return { validation, test, stratify, groupBy: groupBy === null ? null : String(groupBy), seed: split.seed ?? seed }
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
