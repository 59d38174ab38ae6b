import { listed } from '../base/lists.ts'
import { fittedInputs, wantOf } from '../data/fitted.ts'
import { counted, fail } from '../data/problems.ts'
import type { DataFile } from '../data/read-source.ts'
import type { OpenTable, Table } from '../data/table.ts'
import type { Want } from '../data/column.ts'
import type { OpenModel } from './open.ts'

/** Rows of a file as inputs of a model. */
export interface ModelRows {
  /** rows × product of the input shape, row-major. */
  readonly inputs: Float32Array
  readonly rows: number
}

/**
 * Reads the rows of a data file in the way that a model was trained: columns by their names, whatever else the file has. In
 * a file without a header, columns are found by position; the target may be left out.
 *
 * @throws InputError if a column is not there, or has a cell that the model has no input for
 */
export async function modelRows(
  { manifest, tokenize }: Pick<OpenModel, 'manifest' | 'tokenize'>,
  file: DataFile,
): Promise<ModelRows> {
  const { columns, shape, missingValues } = manifest.input
  const gaps = columns.some((column) => column.as !== 'tokens' && column.missing !== null)
  const limits = tokenize ? { ...file.limits, levels: Infinity } : file.limits
  const source = { ...file, limits, ...(gaps ? { missing: new Set(missingValues) } : {}) }
  const image = shape.length === 3 ? shape : null
  const open = (header: boolean | 'auto') => file.format.open(source, { header, target: null, groupBy: null, shape: image })
  const names = columns.map(({ name }) => name)
  const found = await open('auto')
  // A header above texts may look like one more row. If it has the names, it is a header.
  const opened = !found.header && lackingIn(found, names).length > 0 ? await withHeader(open, names, found) : found
  const places = placesOf(opened, names)
  const wants = new Array<Want>(opened.names.length).fill('skip')
  columns.forEach((column, i) => {
    wants[places[i] ?? -1] = wantOf(column)
  })
  const table = opened.read(wants)
  if (table.rows === 0) fail({ code: 'data/empty', message: `${file.file} has no rows` })
  const read = places.map((place) => columnAt(table, place))
  const inputs = fittedInputs(columns, read, table, { limits: source.limits, tokenize })
  const width = shape.reduce((a, b) => a * b, 1)
  if (inputs.length !== table.rows * width) {
    fail({
      code: 'model/inputs',
      message: 'the columns of the saved model do not fill its input',
      found: counted(inputs.length / table.rows, 'input'),
      allowed: counted(width, 'input'),
    })
  }
  return { inputs, rows: table.rows }
}

const lackingIn = ({ names }: OpenTable, wanted: readonly string[]): string[] =>
  wanted.filter((name) => !names.includes(name))

async function withHeader(
  open: (header: boolean) => OpenTable | Promise<OpenTable>,
  names: readonly string[],
  otherwise: OpenTable,
): Promise<OpenTable> {
  const opened = await open(true)
  return lackingIn(opened, names).length === 0 ? opened : otherwise
}

function columnAt({ columns }: Table, place: number) {
  const column = columns[place]
  if (!column) throw new Error(`column ${place} was not read`)
  return column
}

/** Where in the file each column of the model is. */
function placesOf(table: OpenTable, wanted: readonly string[]): readonly number[] {
  const { file, names, header } = table
  // All that the file has, in order: that of training, without the target.
  if (!header && names.length === wanted.length) return wanted.map((_, i) => i)
  const lacking = lackingIn(table, wanted)
  if (lacking.length === 0) return wanted.map((name) => names.indexOf(name))
  return fail({
    code: 'predict/no-column',
    message: `${file} lacks ${lacking.length === 1 ? 'a column' : `${lacking.length} columns`} that the model reads`,
    found: header ? listed(names, 20) : `${counted(names.length, 'column')} without a header`,
    allowed: header ? listed(lacking, 20) : `${counted(wanted.length, 'column')}, in the order of training`,
  })
}
