import { join } from 'node:path'
import { rawRows } from '../../diagnose/read/raw.ts'
import type { ResultsFormat } from '../definition.ts'
import { reader, refused, settingsIn, textOf } from '../read-file.ts'

/** A version of Lightning's CSVLogger. */
export const lightning: ResultsFormat<'lightning'> = {
  name: 'lightning',
  tool: 'Lightning CSVLogger',
  summary: 'Folders `version_N` with `metrics.csv` and `hparams.yaml`.',
  fits: ({ names }) => names?.includes('metrics.csv') ?? false,
  async read({ path, names }) {
    const file = join(path, 'metrics.csv')
    const rows = rawRows(await textOf(file), file, reader)
    if (rows.length === 0) throw refused('empty', `${file} has no results`, 'an empty file')
    const parameters = names?.includes('hparams.yaml') ? await settingsIn(join(path, 'hparams.yaml')) : new Map()
    return [{ source: path, folder: path, parameters, rows }]
  },
}
