import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { stringify } from 'yaml'
import { sha256 } from '../../base/hash.ts'
import { markdown } from '../escape.ts'
import { lineageLines } from '../lineage.ts'
import type { ExportDefinition, ExportFile, ExportSource } from './definition.ts'
import { exportedRuns, leversOf, startOf, studyTags, type ExportedRun, type Series } from './exported.ts'

/** A run in the form of MLflow's file store. */
interface StoredRun {
  readonly id: string
  readonly name: string
  readonly started: number
  readonly ended: number
  readonly finished: boolean
  readonly params: readonly (readonly [string, string])[]
  readonly series: readonly Series[]
  readonly tags: Readonly<Record<string, string>>
  readonly artifacts: readonly ExportFile[]
}

/**
 * The folder of MLflow's file store. Current versions read it only with MLFLOW_ALLOW_FILE_STORE=true; the documented way is
 * `mlflow migrate-filestore` into a database. One experiment, with a run for the study (chosen levers, lineage and report)
 * and a nested run for each training run.
 */
export const mlflow: ExportDefinition = {
  name: 'mlflow',
  summary: 'MLflow: one experiment with levers as params, curves as metrics, nested runs, and the report as artifacts',
  next: 'mlflow migrate-filestore --source % --target sqlite:///mlflow.db && mlflow ui --backend-store-uri sqlite:///mlflow.db',
  write,
}

async function* write(source: ExportSource): AsyncGenerator<ExportFile> {
  const experiment = String(parseInt(hash(source.report.study.name).slice(0, 12), 16))
  const location = pathToFileURL(join(source.folder, experiment)).href
  yield {
    path: `${experiment}/meta.yaml`,
    content: stringify({
      artifact_location: location,
      creation_time: startOf(source.report),
      experiment_id: experiment,
      last_update_time: startOf(source.report),
      lifecycle_stage: 'active',
      name: source.report.study.name,
    }),
  }
  const parent = hash(`study ${source.report.study.fingerprints.plan}`)
  let ended = startOf(source.report)
  for await (const run of exportedRuns(source)) {
    ended = run.ended
    yield* stored(experiment, location, {
      id: hash(run.id),
      name: run.name,
      started: run.started,
      ended: run.ended,
      finished: run.complete,
      params: [...run.levers.map(([name, value]) => [name, String(value)] as const), ['seed', String(run.seed)]],
      // The store accepts a folder as a run only if it contains parameters, metrics, tags and artifacts, at least one of
      // each.
      series: [...run.series, ...last({ ...run.best, seconds: (run.ended - run.started) / 1000 })],
      tags: { ...run.tags, 'mlflow.parentRunId': parent },
      artifacts: [{ path: 'run.json', content: `${JSON.stringify(asText(run), null, 1)}\n` }],
    })
  }
  yield* stored(experiment, location, studyRun(source, parent, ended))
}

/** A run without its curves; these are its metrics. */
const asText = ({ id, name, levers, seed, best, tags }: ExportedRun): object => ({
  id,
  name,
  levers: Object.fromEntries(levers),
  seed,
  best,
  tags,
})

function studyRun({ report, artifacts }: ExportSource, id: string, ended: number): StoredRun {
  const means = (report.verification?.metrics ?? []).flatMap((m) => Object.entries(meansOf(m)))
  return {
    id,
    name: report.study.name,
    started: startOf(report),
    ended,
    finished: true,
    params: leversOf(report.levers.chosen).map(([name, value]) => [name, String(value)] as const),
    series: last({ ...Object.fromEntries(means), seconds: report.timing.seconds }),
    tags: {
      ...studyTags(report),
      'mlflow.note.content': `**${report.verdict.status}**: ${markdown(report.verdict.sentence, 1000)}`,
    },
    artifacts: [...artifacts, { path: 'lineage.jsonl', content: lineageLines(report.lineage) }],
  }
}

type Comparison = NonNullable<ExportSource['report']['verification']>['metrics'][number]

/** The winner's and the baseline's mean over seeds, as metrics of the study. */
function meansOf({ metric, split, candidate, baseline }: Comparison): Record<string, number> {
  return { [`winner/${split}/${metric}`]: candidate.mean ?? NaN, [`baseline/${split}/${metric}`]: baseline.mean ?? NaN }
}

const last = (values: Readonly<Record<string, number>>): Series[] =>
  Object.entries(values)
    .filter(([, value]) => Number.isFinite(value))
    .map(([name, value]) => ({ name, points: [[0, value]] }))

function* stored(experiment: string, location: string, run: StoredRun): Generator<ExportFile> {
  const folder = `${experiment}/${run.id}`
  yield {
    path: `${folder}/meta.yaml`,
    content: stringify({
      artifact_uri: `${location}/${run.id}/artifacts`,
      end_time: run.ended,
      entry_point_name: '',
      experiment_id: experiment,
      lifecycle_stage: 'active',
      run_id: run.id,
      run_name: run.name,
      run_uuid: run.id,
      source_name: '',
      source_type: 4,
      source_version: '',
      start_time: run.started,
      status: run.finished ? 3 : 4,
      tags: [],
      user_id: 'tunegate',
    }),
  }
  for (const [name, value] of run.params) yield { path: `${folder}/params/${name}`, content: value }
  for (const [name, value] of Object.entries({ ...run.tags, 'mlflow.runName': run.name })) {
    yield { path: `${folder}/tags/${name}`, content: value }
  }
  for (const { name, points } of run.series) {
    const lines = points.map(([step, value]) => `${run.started} ${value} ${step}\n`).join('')
    yield { path: `${folder}/metrics/${name}`, content: lines }
  }
  for (const { path, content } of run.artifacts) yield { path: `${folder}/artifacts/${path}`, content }
}

/** 32 hexadecimal digits, like MLflow's own run ids. */
const hash = (text: string): string => sha256(text).slice(0, 32)
