import { isMap } from '../base/json.ts'
import { buckets } from '../records/levers.ts'
import { isPossible } from '../records/metric-ranges.ts'
import { isMetricName } from '../records/metrics.ts'
import type { RunResult } from '../records/run.ts'
import { stageNames } from '../stages/index.ts'
import { mostKept, mostKeptWeights } from '../train/predictions.ts'

type Fields = Readonly<Record<string, unknown>>

const isFinite = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value)
const isText = (value: unknown, most = 4000): boolean => typeof value === 'string' && value.length <= most
/** A non-finite value is null in JSON. */
const isLogged = (value: unknown): boolean => value === null || typeof value === 'number'
const isMetrics = (value: unknown): boolean =>
  isMap(value) &&
  Object.entries(value).every(
    ([name, v]) => typeof v === 'number' && (isMetricName(name) ? isPossible(name, v) : isFinite(v)),
  )

/** Whether a value from an outside file has the form of a finished run. Call it before you read anything from the value. */
export function isRun(value: unknown): value is RunResult {
  if (!isMap(value)) return false
  const { id, engine, request, steps, evaluations, timing } = value
  return (
    isText(id, 64) &&
    isText(engine, 500) &&
    isRequest(request) &&
    isStepLog(steps) &&
    isTiming(timing) &&
    Array.isArray(evaluations) &&
    evaluations.every(isEvaluation) &&
    isEnd(value)
  )
}

function isRequest(value: unknown): boolean {
  return (
    isMap(value) &&
    stageNames.some((name) => name === value['stage']) &&
    isText(value['label']) &&
    isLevers(value['levers']) &&
    Number.isSafeInteger(value['seed']) &&
    (value['fold'] === undefined || Number.isSafeInteger(value['fold'])) &&
    isMap(value['job'])
  )
}

const isLevers = (value: unknown): boolean => isMap(value) && buckets.every((bucket) => isMap(value[bucket]))

/** All of equal length. */
function isStepLog(value: unknown): boolean {
  if (!isMap(value)) return false
  const { loss, learningRate, gradientNorm, clipped } = value
  const numbers = [loss, learningRate, gradientNorm]
  if (!Array.isArray(clipped) || !clipped.every((c) => typeof c === 'boolean')) return false
  return numbers.every((log) => Array.isArray(log) && log.length === clipped.length && log.every(isLogged))
}

const isTiming = (value: unknown): boolean =>
  isMap(value) &&
  isFinite(value['seconds']) &&
  isLogged(value['stepsPerSecond']) &&
  (value['machine'] === undefined || isText(value['machine'], 300))

function isEvaluation(value: unknown): boolean {
  return (
    isMap(value) &&
    isFinite(value['step']) &&
    isFinite(value['epoch']) &&
    isMetrics(value['train']) &&
    isMetrics(value['validation']) &&
    (value['averaged'] === undefined || (isMap(value['averaged']) && isMetrics(value['averaged']['validation'])))
  )
}

/** The last output of a process that ended. */
const mostReason = 100_000

function isEnd({ status, reason, atStep, best, probe, weights, layers }: Fields): boolean {
  if (status === 'crashed') return isText(reason, mostReason)
  if (status === 'diverged') return isText(reason, mostReason) && isFinite(atStep)
  return (
    status === 'complete' &&
    isText(weights, 64) &&
    (best === null || isBest(best)) &&
    (probe === null || isProbe(probe)) &&
    (layers === undefined || (Array.isArray(layers) && layers.length <= mostLayers && layers.every(isLayer)))
  )
}

const mostLayers = 10_000

const isLayer = (value: unknown): boolean =>
  isMap(value) &&
  isText(value['name'], 300) &&
  isFinite(value['gradientNorm']) &&
  isFinite(value['weightNorm']) &&
  isWhole(value['units']) &&
  Number.isSafeInteger(value['deadUnits']) &&
  Number(value['deadUnits']) >= 0 &&
  Number(value['deadUnits']) <= Number(value['units'])

const isBest = (value: unknown): boolean =>
  isCheckpoint(value) &&
  (value['averaged'] === undefined || isCheckpoint(value['averaged'])) &&
  (value['calibration'] === undefined || isCalibration(value['calibration'])) &&
  (value['predictions'] === undefined || isPredictions(value['predictions'])) &&
  (value['testRows'] === undefined || isRowValues(value['testRows'])) &&
  (value['subsets'] === undefined || isSubsets(value['subsets'])) &&
  (value['weights'] === undefined || isWeights(value['weights'])) &&
  (value['rowGroups'] === undefined || isRowGroups(value['rowGroups'])) &&
  (value['mistakeCost'] === undefined || isFinite(value['mistakeCost']))

function isCheckpoint(value: unknown): value is Fields {
  return (
    isMap(value) &&
    isFinite(value['step']) &&
    isFinite(value['epoch']) &&
    isMetrics(value['validation']) &&
    (value['test'] === null || isMetrics(value['test']))
  )
}

function isPredictions(value: unknown): boolean {
  if (!isMap(value)) return false
  const { width, validation, test } = value
  return isWhole(width) && isKept(validation, Number(width)) && (test === null || isKept(test, Number(width)))
}

const isWeights = (value: unknown): boolean =>
  isMap(value) && [value['trainable'], value['statistics']].every((part) => isBase64(part, mostKeptWeights))

const isKept = (value: unknown, width: number): boolean =>
  isMap(value) && isWhole(value['rows']) && isPacked(value['values'], Number(value['rows']) * width)

/** Base64 of this many numbers, in four bytes each. */
const isPacked = (value: unknown, numbers: number): boolean =>
  isBase64(value, mostKept) && value.length === base64Length(numbers)

/** Base64 of at most this many numbers. */
const isBase64 = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length <= base64Length(most) && /^[A-Za-z0-9+/]*={0,2}$/.test(value)

const base64Length = (numbers: number): number => 4 * Math.ceil((4 * numbers) / 3)

const mostGroups = 64
const isRowGroups = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= mostGroups && value.every((member) => isFinite(member))

const isRowValues = (value: unknown): boolean =>
  isMap(value) && Object.entries(value).every(([name, values]) => isMetricName(name) && isRowGroups(values))

const mostSubsets = 2000
const isSubsets = (value: unknown): boolean => Array.isArray(value) && value.length <= mostSubsets && value.every(isSubset)

const isName = (value: unknown): boolean => isText(value, 10_000)

function isSubset(value: unknown): boolean {
  if (!isMap(value)) return false
  const { class: named, target, segment, rows, groups, rarer, validation, test, testRows } = value
  return (
    (named === undefined || isName(named)) &&
    (target === undefined || isName(target)) &&
    (segment === undefined || (isMap(segment) && isName(segment['column']) && isName(segment['level']))) &&
    isMap(rows) &&
    isCount(rows['validation']) &&
    isCount(rows['test']) &&
    (groups === undefined || isCount(groups)) &&
    (rarer === undefined || isCount(rarer)) &&
    isMetrics(validation) &&
    (test === null || isMetrics(test)) &&
    (testRows === undefined || isRowValues(testRows))
  )
}

function isCalibration(value: unknown): boolean {
  if (!isMap(value)) return false
  const { split, rows, asTrained, ecePercentile95, temperature, scaled } = value
  if ((split !== 'validation' && split !== 'test') || !isWhole(rows) || !isCalibrated(asTrained)) return false
  if (ecePercentile95 !== null && !isShare(ecePercentile95)) return false
  return temperature === null ? scaled === null : isFinite(temperature) && Number(temperature) > 0 && isCalibrated(scaled)
}

function isCalibrated(value: unknown): boolean {
  if (!isMap(value)) return false
  const { nll, brier, parts, ece, eceEqualMass, bins } = value
  return (
    isFinite(nll) &&
    isFinite(brier) &&
    isMap(parts) &&
    partNames.every((name) => isFinite(parts[name])) &&
    isShare(ece) &&
    isShare(eceEqualMass) &&
    Array.isArray(bins) &&
    bins.length <= mostBins &&
    bins.every(isBin)
  )
}

const partNames = ['reliability', 'resolution', 'uncertainty', 'withinBins']
const mostBins = 15

function isBin(value: unknown): boolean {
  if (!isMap(value)) return false
  const { from, to, count, confidence, accuracy } = value
  return (
    isShare(from) && isShare(to) && Number(from) < Number(to) && isWhole(count) && isShare(confidence) && isShare(accuracy)
  )
}

/** A share computed from rounded numbers may exceed its bounds by a rounding error. */
const isShare = (value: unknown): boolean => isFinite(value) && Number(value) >= -1e-9 && Number(value) <= 1 + 1e-9
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0

function isProbe(value: unknown): boolean {
  return (
    isMap(value) &&
    isFinite(value['examplesPerSecond']) &&
    isFinite(value['peakMemoryMiB']) &&
    (value['noiseScale'] === null || isFinite(value['noiseScale']))
  )
}
