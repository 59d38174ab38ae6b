import { explainFileError, writeFileAtomic } from '../../base/files.ts'
import type { EngineWish } from '../../engines/index.ts'
import { csvField } from '../../report/escape.ts'
import { targetsOf } from '../../saved-model/trained-model.ts'
import { engineHere } from '../../study/engine.ts'
import { predictFile, type Predictions } from '../../study/predict.ts'
import { workerScript } from '../bundled-files.ts'
import { engineFolder } from '../engine-folder.ts'
import type { PredictionFormat } from '../options.ts'
import { err, out } from '../print.ts'

export interface PredictOptions {
  readonly engine: EngineWish
  readonly format?: PredictionFormat
  readonly output?: string
}

/** Predicts the rows of a data file with a saved model, and writes one line for each. */
export async function predictCommand(model: string, data: string, options: PredictOptions): Promise<number> {
  const engine = await engineHere(options.engine, engineFolder()).choose(Promise.resolve())
  const predictions = await predictFile({ model, data, engine, workerScript: workerScript() })
  const { output } = options
  const format = options.format ?? (output?.endsWith('.jsonl') ? 'jsonl' : 'csv')
  const text = predictionText(predictions, format)
  const { rows, models } = predictions
  const count = `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`
  const by = models === 1 ? '1 model' : `the mean of ${models} models`
  if (output === undefined) out.document(text)
  else
    await writeFileAtomic(output, text).catch((error: unknown) => {
      throw explainFileError(error, 'predict/unwritable', 'the predictions cannot be written')
    })
  err.lines(`${count} predicted by ${by}${output === undefined ? '' : `, written to ${output}`}`)
  return 0
}

/** One line for each row, and a header in a CSV. */
export const predictionText = (predictions: Predictions, format: PredictionFormat): string =>
  [...(format === 'csv' ? csvLines(predictions) : jsonLines(predictions))].join('')

/** Enough digits for any value of the engine, which computes with 32 bits. */
const shown = (value: number): number => Number(value.toPrecision(9))

const valuesOf = (values: Float64Array, row: number, width: number): number[] =>
  Array.from(values.subarray(row * width, (row + 1) * width), shown)

function* csvLines({ head, rows, values }: Predictions): Generator<string> {
  const line = (fields: readonly (string | number)[]): string => `${fields.map(csvField).join(',')}\n`
  if (head.task === 'regression') {
    const targets = targetsOf(head)
    yield line(targets.length === 1 ? ['prediction'] : targets.map(({ target }) => target))
    for (let row = 0; row < rows; row++) yield line(valuesOf(values, row, targets.length))
    return
  }
  if (head.task === 'multi-label') {
    yield line([...head.labels, ...head.labels.map((name) => `P(${name})`)])
    for (const { labels, probabilities } of labelled(head.labels, values, rows)) yield line([...labels, ...probabilities])
    return
  }
  yield line(['prediction', ...head.classes.map((name) => `P(${name})`)])
  for (const { prediction, probabilities } of classified(head.classes, values, rows))
    yield line([prediction, ...probabilities])
}

function* jsonLines({ head, rows, values }: Predictions): Generator<string> {
  const line = (value: object): string => `${JSON.stringify(value)}\n`
  if (head.task === 'regression') {
    const targets = targetsOf(head)
    for (let row = 0; row < rows; row++) {
      const own = valuesOf(values, row, targets.length)
      const named = Object.fromEntries(targets.map(({ target }, k) => [target, own[k]]))
      yield line({ prediction: targets.length === 1 ? own[0] : named })
    }
    return
  }
  if (head.task === 'multi-label') {
    const byLabel = (of: readonly number[]) => Object.fromEntries(head.labels.map((name, k) => [name, of[k]]))
    for (const { labels, probabilities } of labelled(head.labels, values, rows))
      yield line({ prediction: byLabel(labels), probabilities: byLabel(probabilities) })
    return
  }
  for (const { prediction, probabilities } of classified(head.classes, values, rows))
    yield line({
      prediction,
      probabilities: Object.fromEntries(head.classes.map((name, k) => [name, probabilities[k]])),
    })
}

/** Whether each label applies, 1 or 0, which is whether its probability is above one half; and the probabilities. */
function* labelled(names: readonly string[], values: Float64Array, rows: number) {
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * names.length, (row + 1) * names.length)
    yield { labels: Array.from(own, (probability) => Number(probability > 0.5)), probabilities: Array.from(own, shown) }
  }
}

/** The most probable class of each row, the first of equals, and the probability of every class. */
function* classified(classes: readonly string[], values: Float64Array, rows: number) {
  const width = classes.length
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * width, (row + 1) * width)
    const top = own.indexOf(Math.max(...own))
    yield { prediction: classes[top] ?? '', probabilities: Array.from(own, shown) }
  }
}
