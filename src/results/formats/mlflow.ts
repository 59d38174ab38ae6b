import { join } from 'node:path'
import { InputError } from '../../base/diagnostics.ts'
import { mlflowMetric } from '../../diagnose/read/tools.ts'
import type { ResultsFormat } from '../definition.ts'
import { filesBelow, reader, refused, textOf } from '../read-file.ts'

/** A run of MLflow's file store: one file per metric, and one per parameter. */
export const mlflow: ResultsFormat<'mlflow'> = {
  name: 'mlflow',
  tool: 'MLflow',
  summary: 'Run folders of the file store, `mlruns/EXPERIMENT/RUN`, with their metrics and parameters.',
  fits: ({ names }) => ['meta.yaml', 'metrics'].every((name) => names?.includes(name) ?? false),
  async read({ path, names }) {
    const parameters = new Map<string, string>()
    if (names?.includes('params')) {
      for (const name of await filesBelow(join(path, 'params')))
        parameters.set(name, (await textOf(join(path, 'params', name))).trim())
    }
    const rows = []
    for (const name of await filesBelow(join(path, 'metrics'))) {
      const file = join(path, 'metrics', name)
      const found = mlflowMetric(await textOf(file), name)
      if (!found) throw notMetric(file)
      rows.push(...found)
    }
    if (rows.length === 0) throw refused('empty', `the MLflow run ${path} has no metrics`, 'an empty folder metrics')
    return [{ source: path, folder: join(path, 'artifacts'), parameters, rows }]
  },
}

const notMetric = (file: string): InputError =>
  new InputError([
    {
      code: `${reader}/mlflow`,
      severity: 'error',
      message: `${file} is not a metric of MLflow`,
      allowed: 'a line with time, value and step for every point',
    },
  ])
