import { join } from 'node:path'
import { rawRows, type RawRow } from '../../diagnose/read/raw.ts'
import type { ResultsFormat } from '../definition.ts'
import { filesBelow, reader, refused, settingsIn, textOf } from '../read-file.ts'

const series = 'plots/metrics/'

/** A folder of DVCLive: the last values, and one file of points per metric. */
export const dvclive: ResultsFormat<'dvclive'> = {
  name: 'dvclive',
  tool: 'DVCLive',
  summary: 'Folders with `metrics.json`, `params.yaml` and `plots/metrics`.',
  fits: ({ names }) => names?.includes('metrics.json') ?? false,
  async read({ path, names }) {
    const rows: RawRow[] = []
    for (const file of (await filesBelow(path)).filter((name) => name.startsWith(series) && name.endsWith('.tsv'))) {
      // DVCLive heads the column of values with the last part of the metric's name.
      const metric = file.slice(series.length, -'.tsv'.length)
      const points = rawRows(await textOf(join(path, file)), join(path, file), reader)
      rows.push(...points.map((row) => ({ ...row, cells: row.cells.map(([name, value]) => renamed(name, value, metric)) })))
    }
    const last = await settingsIn(join(path, 'metrics.json'))
    if (last.size > 0) rows.push({ line: 1, part: 0, cells: [...last] })
    if (rows.length === 0) throw refused('empty', `the DVCLive folder ${path} has no metrics`, 'an empty metrics.json')
    const parameters = names?.includes('params.yaml') ? await settingsIn(join(path, 'params.yaml')) : new Map()
    return [{ source: path, folder: path, parameters, rows }]
  },
}

const renamed = (name: string, value: string, metric: string): readonly [string, string] =>
  name === 'step' ? [name, value] : [metric, value]
