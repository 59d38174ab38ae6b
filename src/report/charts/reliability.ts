import type { PooledCalibration, Report } from '../model.ts'
import { plural, short } from '../numbers.ts'
import { colors, ink, type Chart } from './theme.ts'

type Section = NonNullable<NonNullable<Report['verification']>['calibration']>

/** Accuracy by confidence: the declared levers, the chosen ones, and those after temperature scaling. */
export function reliability({ verification }: Report): Chart[] {
  const found = verification?.calibration ?? null
  if (found === null) return []
  const sides = sidesOf(found)
  const values = sides.flatMap(({ side, of }) => of.bins.map((bin) => ({ side, ...bin })))
  const x = shareAxis('confidence')
  const y = shareAxis('accuracy')
  return [
    {
      id: 'reliability',
      title: 'Reliability: how often a confidence is right',
      sentence: sentenceOf(found),
      spec: {
        data: { values },
        facet: { column: { field: 'side', type: 'nominal', title: null, sort: sides.map((s) => s.side) } },
        spec: {
          width: 124,
          height: 150,
          layer: [
            {
              data: { values: [{ confidence: 0, accuracy: 0 }, { confidence: 1, accuracy: 1 }] },
              mark: { type: 'line', color: ink, strokeWidth: 1, opacity: 0.5 },
              encoding: { x, y },
            },
            {
              mark: { type: 'rule', color: colors.limit, strokeWidth: 2, opacity: 0.7 },
              encoding: { x, y: { ...y, field: 'confidence' }, y2: { field: 'accuracy' } },
            },
            {
              mark: { type: 'point', filled: true, opacity: 0.9, color: colors.winner },
              encoding: {
                x,
                y,
                size: { field: 'count', type: 'quantitative', title: 'predictions', scale: { range: [20, 260] }, legend: null },
              },
            },
          ],
        },
      },
    },
  ]
}

const shareAxis = (field: 'confidence' | 'accuracy') => ({
  field,
  type: 'quantitative' as const,
  title: field,
  scale: { domain: [0, 1] },
  axis: { tickCount: 5, format: '.0%' },
})

function sidesOf({ baseline, winner }: Section): { side: string; of: PooledCalibration }[] {
  return [
    ...(baseline ? [{ side: 'declared levers', of: baseline.asTrained }] : []),
    { side: 'chosen levers', of: winner.asTrained },
    ...(winner.scaled ? [{ side: 'after temperature scaling', of: winner.scaled }] : []),
  ]
}

function sentenceOf({ split, rows, winner, baseline }: Section): string {
  const { asTrained, scaled, temperature } = winner
  const before = baseline ? `, ${short(baseline.asTrained.ece, 3)} with the declared levers` : ''
  const after = scaled && temperature !== null
    ? ` One temperature of ${short(temperature, 3)} (above 1: overconfident as trained) takes it to ${short(scaled.ece, 3)}` +
      `${split === 'validation' ? ', which flatters it: it was fitted on these rows' : ''}.`
    : ''
  return (
    `Dots on the diagonal are honest: of the predictions made with 80 % confidence, 80 % are right; below it is overconfidence, the ` +
    `red lines are the gaps. ${plural(rows, `${split} row`)} under ${plural(asTrained.seeds, 'seed')}, larger dots for more of them. ` +
    `The calibration error (ECE) is ${short(asTrained.ece, 3)}${before}.${after}`
  )
}
