import { dirname, join } from 'node:path'
import { rawRows, type RawRow } from '../../diagnose/read/raw.ts'
import type { Place, ResultsFormat } from '../definition.ts'
import { filesBelow, flat, jsonIn, reader, refused, textOf } from '../read-file.ts'

const state = 'trainer_state.json'
const checkpoint = /^checkpoint-(\d+)$/
/** What `trainer.save_metrics` writes for a split that is evaluated after the training. */
const afterwards = ['eval_results.json', 'test_results.json', 'predict_results.json']

/** The output folder of a Hugging Face Trainer, or its state alone. */
export const trainerState: ResultsFormat<'trainer-state'> = {
  name: 'trainer-state',
  tool: 'Hugging Face Trainer',
  summary: 'Output folders with `trainer_state.json`, in them or in their last checkpoint, and with `test_results.json`.',
  fits: ({ path, names }) =>
    names === null ? path.endsWith(state) : names.includes(state) || names.some((name) => checkpoint.test(name)),
  async read(place) {
    const file = await stateOf(place)
    const rows = withoutSummary(rawRows(await textOf(file), file, reader))
    if (rows.length === 0) throw refused('empty', `${file} has no results`, 'an empty log_history')
    const folder = place.names === null ? dirname(place.path) : place.path
    return [{ source: place.path, folder, parameters: new Map(), rows: [...rows, ...(await resultsAfter(place, rows))] }]
  },
}

/** That of the folder, or that of its last checkpoint. */
async function stateOf({ path, names }: Place): Promise<string> {
  if (names === null) return path
  if (names.includes(state)) return join(path, state)
  const steps = names.flatMap((name) => checkpoint.exec(name)?.[1] ?? []).map(Number)
  const last = join(path, `checkpoint-${Math.max(...steps)}`)
  if ((await filesBelow(last)).includes(state)) return join(last, state)
  throw refused('empty', `${last} has no ${state}`, 'a checkpoint without the state of the trainer')
}

/** The last row of the log holds means over the whole training. */
const withoutSummary = (rows: readonly RawRow[]): RawRow[] =>
  rows.filter(({ cells }) => !cells.some(([name]) => name === 'train_runtime'))

async function resultsAfter({ path, names }: Place, rows: readonly RawRow[]): Promise<RawRow[]> {
  const last = rows.at(-1)?.cells.filter(([name]) => name === 'step') ?? []
  const found: RawRow[] = []
  for (const name of afterwards.filter((one) => names?.includes(one))) {
    const value = jsonIn(await textOf(join(path, name)))
    found.push({ line: 1, part: 0, cells: [...last, ...flat(value).filter(([key]) => key !== 'epoch')] })
  }
  return found
}
