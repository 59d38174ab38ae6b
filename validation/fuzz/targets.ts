import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { InputError } from '../../src/base/diagnostics.ts'
import { sha256 } from '../../src/base/hash.ts'
import { stageNames } from '../../src/stages/index.ts'
import { normalize } from '../../src/compile/normalize.ts'
import { checkData } from '../../src/data/check.ts'
import { inspect } from '../../src/data/inspect.ts'
import { loadDataset } from '../../src/data/load.ts'
import type { DataConfig } from '../../src/data/types.ts'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { foreignCurves } from '../../src/diagnose/read/foreign.ts'
import { contextOfRun, isJournal, journalCurves } from '../../src/diagnose/read/journal.ts'
import { commentEvent, readPayload } from '../../src/github/comment/event.ts'
import { parseComment } from '../../src/github/comment/grammar.ts'
import { parseRequest } from '../../src/github/comment/request.ts'
import { parseResult } from '../../src/github/comment/result.ts'
import { readInstalled } from '../../src/engines/install/record.ts'
import { parseReport } from '../../src/report/json.ts'
import { parseLock } from '../../src/report/lock.ts'
import { idOfLine } from '../../src/run/journal-line.ts'
import { scanJournal } from '../../src/run/journal-scan.ts'
import { openShardBundle } from '../../src/run/shard-bundle.ts'
import { readRuns } from '../../src/run/read-runs.ts'
import { isRun } from '../../src/run/valid-run.ts'
import { parseSpec } from '../../src/dsl/parse.ts'
import { fakeStudy } from '../../test/support/study.ts'

/** What a parser did with a case; anything that it throws beside an `InputError` is a crash. */
export type Outcome = 'read' | 'refused'

export interface Target {
  readonly name: string
  readonly corpus: readonly Buffer[]
  /** @param folder a scratch folder of the target's own, for parsers that read files */
  readonly read: (bytes: Buffer, folder: string) => Promise<Outcome> | Outcome
}

const root = join(import.meta.dirname, 'corpus')
const corpusOf = (name: string): Buffer[] =>
  readdirSync(join(root, name))
    .sort()
    .map((file) => readFileSync(join(root, name, file)))

const judged = (ok: boolean | null): Outcome => (ok ? 'read' : 'refused')

function written(folder: string, name: string, bytes: Uint8Array): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

function spec(file: string): Target['read'] {
  return (bytes) => {
    const parsed = parseSpec(bytes.toString('utf8'), file)
    return judged(parsed.ok && normalize(parsed.value).ok)
  }
}

const split = { validation: 0.2, test: 0.2, stratify: false, groupBy: null, seed: 17 }
const none = { ...split, validation: 0, test: 0 }
const plain: Omit<DataConfig, 'source'> = {
  target: '-1',
  header: 'auto',
  task: 'classification',
  inputs: { kind: 'auto' },
  standardize: true,
  split,
}

/** As a study reads a table, as a classification by its last column and as a regression by its first, and as `init` does. */
function table(name: string): Target['read'] {
  return async (bytes, folder) => {
    const source = written(folder, name, bytes)
    const ways = [
      async () => void checkData(await loadDataset({ ...plain, source })),
      async () => void (await loadDataset({ ...plain, source, target: '0', task: 'regression' })),
      async () => void (await inspect(source)),
    ]
    let outcome: Outcome = 'refused'
    for (const way of ways) {
      outcome = await way().then(
        () => 'read' as const,
        (error: unknown) => refusal(error, outcome),
      )
    }
    return outcome
  }
}

/** One image of a folder with two classes. */
async function images(bytes: Buffer, folder: string): Promise<Outcome> {
  written(join(folder, 'images', 'a'), '1.png', bytes)
  written(join(folder, 'images', 'b'), '2.png', bytes)
  const source = join(folder, 'images')
  const inputs = { kind: 'array', shape: [4, 4, 3], scale: 1 } as const
  return loadDataset({ ...plain, source, inputs, split: none }).then(
    () => 'read',
    (error: unknown) => refusal(error, 'refused'),
  )
}

/** Rethrows whatever is no refusal. */
function refusal(error: unknown, outcome: Outcome): Outcome {
  if (error instanceof InputError && error.diagnostics.length > 0) return outcome
  throw error
}

const facts = { classes: 3, validationRows: 50, targetLoss: null }

function log(name: string): Target['read'] {
  return (bytes) => {
    const text = bytes.toString('utf8')
    const groups = isJournal(text)
      ? journalCurves(text, (run) => contextOfRun(run, { classes: 3, rows: null, targetLoss: null }), isRun)
      : foreignCurves(text, name, facts)
    diagnose(groups)
    return judged(groups.length > 0)
  }
}

async function journal(bytes: Buffer, folder: string): Promise<Outcome> {
  const path = written(folder, 'journal.jsonl', checkedAgain(bytes))
  const found = await scanJournal(path)
  let runs = 0
  for await (const _ of readRuns(path, [...(found?.places.keys() ?? [])])) runs++
  return judged(runs > 0)
}

/** Half of the changed lines get the right check again, or nothing behind it would ever be reached. */
function checkedAgain(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes
      .toString('utf8')
      .split('\n')
      .map((line, i) => {
        const [, id, run] = /^\{"id":"([0-9a-f]{1,64})","check":"[^"]*","run":(.*)\}$/.exec(line) ?? []
        if (id === undefined || run === undefined || (idOfLine(line) === undefined && i % 2 === 0)) return line
        return `{"id":"${id}","check":"${sha256(`${id} ${run}`).slice(0, 8)}","run":${run}}`
      })
      .join('\n'),
  )
}

const { workload } = fakeStudy({}).input.plan
const binding = { run: '77', sha: 'a'.repeat(40), plan: 'p', content: 'after-plan' }

async function parcel(bytes: Buffer): Promise<Outcome> {
  return judged((await openShardBundle(gzipSync(checkedAgain(bytes), { level: 1 }), binding, workload)).ok)
}

function event(bytes: Buffer, folder: string): Outcome {
  return judged(
    commentEvent('issue_comment', readPayload({ GITHUB_EVENT_PATH: written(folder, 'event.json', bytes) })) !== null,
  )
}

async function engine(bytes: Buffer, folder: string): Promise<Outcome> {
  written(folder, 'engine.json', bytes)
  return judged((await readInstalled(folder, 'KEY')).ok)
}

const expected = { run: 77, sha: 'a'.repeat(40) }

const reads: Readonly<Record<string, Target['read']>> = {
  'spec-yaml': spec('tuning.yml'),
  'spec-json': spec('tuning.json'),
  lock: (bytes) => judged(parseLock(bytes.toString('utf8'), 'tuning.lock.json') !== null),
  report: (bytes) => judged(parseReport(bytes.toString('utf8'), 'report.json') !== null),
  journal: journal,
  parcel: parcel,
  result: (bytes) => judged(parseResult(bytes.toString('utf8'), expected).ok),
  request: (bytes) => judged(parseRequest(bytes.toString('utf8')) !== null),
  comment: (bytes) => judged(parseComment(bytes.toString('utf8'), stageNames)?.ok ?? false),
  event: event,
  engine: engine,
  csv: table('table.csv'),
  tsv: table('table.tsv'),
  jsonl: table('table.jsonl'),
  npy: table('table.npy'),
  npz: table('table.npz'),
  parquet: table('table.parquet'),
  arrow: table('table.arrow'),
  json: table('table.json'),
  image: images,
  txt: table('table.txt'),
  gz: (bytes, folder) => table(isArray(bytes) ? 'table.npy.gz' : 'table.csv.gz')(bytes, folder),
  'log-csv': log('log.csv'),
  'log-semicolon': log('log.csv'),
  'log-tab': log('log.tsv'),
  'log-jsonl': log('log.jsonl'),
  'log-journal': log('journal.jsonl'),
}

function isArray(bytes: Buffer): boolean {
  try {
    return gunzipSync(bytes, { maxOutputLength: 2 ** 20 }).includes('NUMPY')
  } catch {
    return false
  }
}

/** Where a target has no files of its own it takes those of another. */
const borrowed: Readonly<Record<string, string>> = { 'log-journal': 'journal' }

export const targets: readonly Target[] = Object.entries(reads).map(([name, read]) => ({
  name,
  read,
  corpus: corpusOf(borrowed[name] ?? name),
}))
