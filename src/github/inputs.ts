import { failWords, type FailOn } from './publish.ts'
import { getInput } from '@actions/core'
import { resolve } from 'node:path'
import { didYouMean, type Diagnostic } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import { insideWorkspace } from './environment.ts'

/** What a step does. */
export const modes = ['auto', 'tune', 'verify', 'refresh', 'plan', 'shard', 'stage', 'gate', 'comment', 'publish'] as const
export type Mode = (typeof modes)[number]

/** The platform creates no more jobs in one matrix. */
export const mostJobs = 256

/** What `baseline` and `base-spec` ask to compare with. Paths are absolute and inside the workspace. */
export type BaselineInput =
  /** The lock beside the spec; required if the word `lock` asks for it. */
  | { readonly kind: 'beside-spec'; readonly required: boolean }
  /** The levers that the spec declares: the word `retrain`. */
  | { readonly kind: 'declared' }
  /** A lock or a folder with one, or a spec to retrain. */
  | { readonly kind: 'file' | 'spec'; readonly path: string }

/** Everything that a workflow may set under `with:`, checked; `action.yml` explains each input. */
export interface Inputs<Stage extends string, Engine extends string, Format extends string> {
  readonly mode: Mode
  /** Null if the mode has none. */
  readonly stage: Stage | null
  /** Which part of a stage's runs, counted from 1; null if the mode has none. */
  readonly shard: { readonly index: number; readonly of: number } | null
  /** The most jobs that share the runs of a stage. */
  readonly shards: number
  /** Null means no limit of its own. */
  readonly jobMinutes: number | null
  /** Absolute path inside the workspace. */
  readonly spec: string
  /** Absolute path inside the workspace; null means the default folder beside the spec. */
  readonly out: string | null
  readonly engine: Engine
  /** Null means one per core. */
  readonly workers: number | null
  /** Null means all that the spec names. */
  readonly stages: readonly Stage[] | null
  /** How many seeds verification takes; null means the spec's number. */
  readonly seeds: number | null
  /** Formats in which to save the winner's models; null saves none. */
  readonly saveModel: readonly Format[] | null
  readonly baseline: BaselineInput
  /** Whether finished runs of an earlier process or job are used. */
  readonly resume: boolean
  /** The mildest verdict that fails the step. */
  readonly failOn: FailOn
  readonly artifact: boolean
  /** Null means the repository's setting. */
  readonly retentionDays: number | null
  /** Absolute paths of results to judge in place of a study; null without any. */
  readonly results: readonly string[] | null
}

/** Words that other parts of the program define. */
export interface Choices<Stage extends string, Engine extends string, Format extends string> {
  readonly stages: readonly Stage[]
  readonly modelFormats: readonly Format[]
  readonly engines: readonly Engine[]
}

/** Reads all inputs of the step and reports every mistake, not only the first. An empty input counts as missing. */
export function readInputs<Stage extends string, Engine extends string, Format extends string>(
  workspace: string,
  choices: Choices<Stage, Engine, Format>,
  read: (name: string) => string = getInput,
): Result<Inputs<Stage, Engine, Format>, readonly Diagnostic[]> {
  const problems: Diagnostic[] = []
  const from = reader(read, problems)
  const mode = from.word('mode', modes)
  const inputs = {
    mode,
    stage: from.stage(choices.stages, mode === 'shard' || mode === 'stage'),
    shard: from.shard(mode === 'shard'),
    shards: from.whole('shards', 1, mostJobs) ?? 8,
    jobMinutes: from.whole('job-minutes', 1, 7200),
    spec: from.path('spec', workspace, 'tuning.yml') ?? workspace,
    out: from.path('out', workspace),
    engine: from.word('engine', choices.engines),
    workers: from.whole('workers', 1, 256),
    stages: from.words('stages', choices.stages),
    seeds: from.whole('seeds', 2, 100),
    saveModel: from.words('save-model', choices.modelFormats),
    baseline: from.baseline(workspace),
    failOn: from.word('fail-on', failWords),
    resume: from.word('resume', ['true', 'false'] as const) === 'true',
    artifact: from.word('artifact', ['true', 'false'] as const) === 'true',
    retentionDays: from.whole('retention-days', 1, 400),
    results: from.paths('results', workspace),
  }
  if (inputs.results !== null && mode !== 'gate') problems.push(resultsWithout(mode))
  return problems.length > 0 ? err(problems) : ok(inputs)
}

interface Reader {
  /** Null if the input is empty and has no fallback, or is rejected. */
  path(name: string, workspace: string, fallback?: string): string | null
  /** One path a line; null if the input is empty. */
  paths(name: string, workspace: string): readonly string[] | null
  /** Write `./lock` for a file with the name of a word. */
  baseline(workspace: string): BaselineInput
  whole(name: string, least: number, most: number): number | null
  /** The first choice if the input is empty. */
  word<W extends string>(name: string, choices: readonly W[]): W
  words<W extends string>(name: string, choices: readonly W[]): readonly W[] | null
  stage<W extends string>(choices: readonly W[], required: boolean): W | null
  shard(required: boolean): { readonly index: number; readonly of: number } | null
}

function reader(read: (name: string) => string, problems: Diagnostic[]): Reader {
  const refuse = (name: string, found: string, allowed: string, hint?: string): null => {
    const message = `the input '${name}' of this step is not valid`
    problems.push({ code: `action/${name}`, severity: 'error', message, found, allowed, ...(hint ? { hint } : {}) })
    return null
  }
  const pick = <W extends string>(name: string, text: string, choices: readonly W[]): W | null => {
    const found = choices.find((c) => c === text.toLowerCase())
    const near = didYouMean(text, choices)
    return found ?? refuse(name, text, choices.join(', '), near && `did you mean ${near}?`)
  }
  const place = (name: string, text: string, workspace: string): string | null => {
    if (text === '') return null
    if (insideWorkspace(text, workspace) !== null) return resolve(workspace, text)
    return refuse(name, text, 'a path inside the workspace', 'write it relative to the root of the checkout')
  }
  return {
    path: (name, workspace, fallback = '') => place(name, read(name) || fallback, workspace),
    paths: (name, workspace) => {
      const lines = read(name)
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '')
      return lines.length === 0 ? null : lines.flatMap((line) => place(name, line, workspace) ?? [])
    },
    baseline: (workspace) => {
      const text = read('baseline')
      const named = baselineNamed(text, (path) => place('baseline', path, workspace))
      const spec = place('base-spec', read('base-spec'), workspace)
      if (spec === null) return named
      if (named.kind === 'file' || text === 'lock') problems.push(twoBaselines(text, read('base-spec')))
      return { kind: 'spec', path: spec }
    },
    whole: (name, least, most) => {
      const text = read(name)
      const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
      if (text === '' || (value >= least && value <= most)) return text === '' ? null : value
      return refuse(name, text, `a whole number from ${least} to ${most}, or empty`)
    },
    word: (name, choices) => {
      const [first] = choices
      if (first === undefined) throw new Error(`the input ${name} has no choices`)
      const text = read(name)
      return (text === '' ? first : pick(name, text, choices)) ?? first
    },
    stage: (choices, required) => {
      const text = read('stage')
      if (text === '') return required ? refuse('stage', 'nothing', choices.join(', ')) : null
      return pick('stage', text, choices)
    },
    shard: (required) => {
      const text = read('shard')
      const [index, of] = /^[1-9]\d{0,2}\/[1-9]\d{0,2}$/.test(text) ? text.split('/').map(Number) : []
      if (index !== undefined && of !== undefined && index <= of && of <= mostJobs) return { index, of }
      if (text === '' && !required) return null
      return refuse('shard', text || 'nothing', `a part of at most ${mostJobs}, as 2/8`, 'take it from the output `shards`')
    },
    words: (name, choices) => {
      const given = read(name)
        .split(/[\s,]+/)
        .filter((w) => w !== '')
      const known = given.map((w) => pick(name, w, choices)).filter((w) => w !== null)
      return given.length === 0 ? null : [...new Set(known)]
    },
  }
}

function baselineNamed(text: string, place: (path: string) => string | null): BaselineInput {
  if (text === 'retrain') return { kind: 'declared' }
  const path = text === 'lock' ? null : place(text)
  return path === null ? { kind: 'beside-spec', required: text === 'lock' } : { kind: 'file', path }
}

const resultsWithout = (mode: Mode): Diagnostic => ({
  code: 'action/results',
  severity: 'error',
  message: "the input 'results' has no effect with this mode",
  found: `mode: ${mode}`,
  allowed: 'mode: gate',
  hint: 'results of another tool are judged, and nothing is trained',
})

/** A base spec is only retrained. If a lock were named too, it would be unclear which of them the gates use. */
const twoBaselines = (baseline: string, baseSpec: string): Diagnostic => ({
  code: 'action/base-spec',
  severity: 'error',
  message: 'two baselines are given',
  found: `baseline: ${baseline}, base-spec: ${baseSpec}`,
  allowed: 'base-spec alone, or with baseline: retrain',
})
