import { fromFolder } from '../base/paths.ts'
import { plainName } from '../diagnose/read/columns.ts'
import { readPredictions, scoresOf, type Predicted } from '../engines/command/scores.ts'
import { TrainerFault } from '../engines/command/protocol/events.ts'
import type { Metrics, Task } from '../records/metrics.ts'
import { resultSplits, type ResultSplit } from '../records/results.ts'
import type { RunCalibration } from '../records/run.ts'
import { calibrationOf } from '../train/calibration.ts'
import { namesIn } from './points.ts'
import type { Reading } from './values.ts'

/** What predictions of one run say; splits without predictions are absent. */
export interface Scored {
  readonly metrics: { readonly [split in ResultSplit]?: Metrics }
  readonly rows: { readonly [split in ResultSplit]?: { readonly labels: string; readonly count: number } }
  readonly calibration?: RunCalibration
  /** Digests of all files of predictions. */
  readonly digests: readonly string[]
}

/** The task, and the metrics besides those that every run has. */
type Wanted = Parameters<typeof scoresOf>[1]

/** Reads the files that the results name, and computes every metric of the task from them. */
export async function scored(reading: Reading, wanted: Wanted): Promise<Scored> {
  const { task } = wanted
  const found: { [split in ResultSplit]?: Predicted } = {}
  for (const split of resultSplits) {
    const predicted = await predictedOn(split, reading, task)
    if (predicted) found[split] = predicted
  }
  const { validation, test } = found
  const all = resultSplits.flatMap((split) => found[split] ?? [])
  const classes = task === 'classification'
  return {
    metrics: {
      ...(validation ? { validation: scoresOf(validation, wanted) } : {}),
      ...(test ? { test: scoresOf(test, wanted) } : {}),
    },
    rows: { ...(validation ? { validation: rowsOf(validation) } : {}), ...(test ? { test: rowsOf(test) } : {}) },
    ...(classes && validation ? { calibration: calibrationOf(validation, test ?? null) } : {}),
    digests: all.map(({ outputsDigest }) => outputsDigest),
  }
}

const rowsOf = ({ labelsDigest, rows }: Predicted): { readonly labels: string; readonly count: number } => ({
  labels: labelsDigest,
  count: rows,
})

async function predictedOn(
  split: ResultSplit,
  { run, points, settings, report }: Reading,
  task: Task,
): Promise<Predicted | null> {
  const names = settings.predictions?.[split]
  if (!settings.predictions || !names) return null
  const [file, labels] = [names.file, names.labels].map((name) => {
    const key = plainName(name)
    const cell = points.findLast(({ cells }) => cells.has(key))?.cells.get(key)?.text ?? parameterOf(run.parameters, name)
    if (cell === undefined) {
      report('no-predictions', `${run.mixed ? `seed ${run.seed} in ${run.source}` : run.source} names no file in ${name}`, {
        found: namesIn(run.rows).slice(0, 30).join(', '),
        hint: 'write the path of a .npy file, relative to the results, under this name',
      })
    }
    return cell
  })
  if (file === undefined || labels === undefined) return null
  for (const path of [file, labels].filter((one) => fromFolder(one, run.folder) === null)) {
    report('predictions', 'a file of predictions is outside the folder of its results', {
      found: path,
      allowed: `a path below ${run.folder}`,
    })
    return null
  }
  try {
    return await readPredictions(
      run.folder,
      { split, step: 0, kind: settings.predictions.kind, file, labels },
      task,
      undefined,
    )
  } catch (error) {
    if (!(error instanceof TrainerFault)) throw error
    report('predictions', `seed ${run.seed}: ${error.message}`, { found: run.source })
    return null
  }
}

const parameterOf = (parameters: ReadonlyMap<string, string>, name: string): string | undefined =>
  [...parameters].find(([key]) => plainName(key) === plainName(name))?.[1]
