import type { MetricName } from '../../src/records/metrics.ts'
import { wilson } from '../diagnosis/tables.ts'
import type { Trained } from './gates.ts'
import { decisionsEach, placesOf, plantAll, plantedGates, type Planted, type PlantedGate } from './planted.ts'
import { table } from './tables.ts'

/** Gates that hold a mean or a spread against a limit: how often they are wrong, by where the limit lies from the truth. */
export function plantedTables(all: readonly Trained[], metrics: readonly MetricName[]): string[] {
  const planted = plantAll(all, metrics)
  return [
    '## Threshold and seed variance, with limits planted around the truth',
    '',
    'The truth is the mean, the spread, or the ratio of the spread to that of the base, in the bank; the limit is ' +
      `put at a known place from it. ${decisionsEach} decisions of each gate at each place, on every change of every ` +
      `data set whose seeds all finished (${metrics.join(', ')}). Declared: at most 0.05 false passes or fails of a ` +
      'threshold, at most 0.025 of a spread (each end of an interval of 95 %). At the limit itself either answer is ' +
      'wrong. The usual gate holds the mean, or the SD, of 5 seeds against the limit as it is, and always answers.',
    '',
    ...plantedGates.map((gate) =>
      byPlace(
        gate,
        planted.filter((p) => p.gate === gate),
      ),
    ),
    "### Where tails are heavier than a normal law's",
    '',
    'Intervals of a spread rest on normal tails. Populations by their kurtosis, less 3; the wrong answers are passes ' +
      'with a cap at or below the spread, and fails with one at or above it.',
    '',
    byTails(planted),
    '',
  ]
}

function byPlace(gate: PlantedGate, planted: readonly Planted[]): string {
  const rows = placesOf(gate).map((place) => {
    const own = planted.filter((p) => p.place === place)
    const of = own.length * decisionsEach
    const count = (key: 'pass' | 'fail' | 'inconclusive'): number => own.reduce((sum, p) => sum + p.decided[key], 0)
    const usual = (key: 'pass' | 'fail'): string => (own.reduce((sum, p) => sum + p.usual[key], 0) / of).toFixed(3)
    const seeds = own.reduce((sum, p) => sum + p.seeds, 0) / own.length
    const wrong = (key: 'pass' | 'fail'): string =>
      place.should === key ? (count(key) / of).toFixed(3) : share(count(key), of)
    return [
      place.words,
      wrong('pass'),
      wrong('fail'),
      (count('inconclusive') / of).toFixed(3),
      seeds.toFixed(1),
      usual('pass'),
      usual('fail'),
    ]
  })
  const header = ['Limit', 'Pass', 'Fail', 'Inconclusive', 'Seeds', 'Usual gate: pass', 'fail']
  const [name = '', ...more] = gate.split(',')
  return [`### ${[`\`${name}\``, ...more].join(',')}`, '', table(header, rows), ''].join('\n')
}

function share(hits: number, of: number): string {
  const [low, high] = wilson(hits, of)
  return `${(hits / of).toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`
}

const bands = [
  [-Infinity, 0, 'below 0'],
  [0, 2, '0 to 2'],
  [2, Infinity, 'above 2'],
] as const

function byTails(planted: readonly Planted[]): string {
  const rows = plantedGates.flatMap((gate) =>
    bands.map(([from, to, words]) => {
      const own = planted.filter((p) => p.gate === gate && p.kurtosis >= from && p.kurtosis < to)
      const wrong = (key: 'pass' | 'fail', should: 'pass' | 'fail'): string => {
        const asked = own.filter((p) => p.place.should !== should)
        const hits = asked.reduce((sum, p) => sum + p.decided[key], 0)
        return asked.length === 0 ? '–' : share(hits, asked.length * decisionsEach)
      }
      return [gate, words, String(own.length / placesOf(gate).length), wrong('pass', 'pass'), wrong('fail', 'fail')]
    }),
  )
  return table(['Gate', 'Kurtosis', 'Populations', 'False passes', 'False fails'], rows)
}
