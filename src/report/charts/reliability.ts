import type { PooledCalibration } from '../calibration.ts'
import type { Report } from '../model.ts'
import { plural, short } from '../numbers.ts'
import { colors, ink, type Chart } from './theme.ts'

type Section = NonNullable<NonNullable<Report['verification']>['calibration']>

interface Side {
  readonly id: 'baseline' | 'winner' | 'scaled'
  readonly title: string
  readonly of: PooledCalibration
}

/** Accuracy by confidence: the declared levers, the chosen ones, and those after temperature scaling, one diagram each. */
export function reliability({ verification }: Report): Chart[] {
  const found = verification?.calibration ?? null
  return found === null ? [] : sidesOf(found).map((side) => diagram(side, found))
}

function diagram({ id, title, of }: Side, found: Section): Chart {
  const [x, y] = [shareAxis('confidence'), shareAxis('accuracy')]
  return {
    id: `reliability-${id}`,
    title: `Reliability: ${title}`,
    sentence: sentenceOf(id, of, found),
    alone: { text: reading, onPage: 'once' },
    spec: {
      width: 200,
      height: 180,
      data: { values: [...of.bins] },
      layer: [
        {
          data: {
            values: [
              { confidence: 0, accuracy: 0 },
              { confidence: 1, accuracy: 1 },
            ],
          },
          mark: { type: 'line', color: ink, strokeWidth: 1, opacity: 0.5 },
          encoding: { x, y },
        },
        {
          mark: { type: 'rule', color: colors.limit, strokeWidth: 2, opacity: 0.7 },
          encoding: { x, y: { ...y, field: 'confidence' }, y2: { field: 'accuracy' } },
        },
        {
          mark: { type: 'point', filled: true, opacity: 0.9, color: id === 'baseline' ? colors.baseline : colors.winner },
          encoding: {
            x,
            y,
            size: { field: 'count', type: 'quantitative', title: 'predictions', scale: { range: [20, 260] }, legend: null },
          },
        },
      ],
    },
  }
}

const shareAxis = (field: 'confidence' | 'accuracy') => ({
  field,
  type: 'quantitative' as const,
  title: field,
  scale: { domain: [0, 1] },
  axis: { tickCount: 5, format: '.0%' },
})

const sidesOf = ({ baseline, winner }: Section): Side[] => [
  ...(baseline ? [{ id: 'baseline', title: 'baseline', of: baseline.asTrained } as const] : []),
  { id: 'winner', title: 'winner', of: winner.asTrained },
  ...(winner.scaled ? [{ id: 'scaled', title: 'winner, rescaled', of: winner.scaled } as const] : []),
]

const reading =
  'Dots on the diagonal are calibrated: of predictions made with 80 % confidence, 80 % are right. Dots below it are ' +
  'overconfident. Vertical lines are the gaps, and larger dots hold more predictions.'

function sentenceOf(id: Side['id'], { ece, seeds }: PooledCalibration, { split, rows, winner }: Section): string {
  const over = `over ${plural(rows, `${split} row`)} under ${plural(seeds, 'seed')}`
  const error = `The calibration error (ECE) is ${short(ece, 3)} ${over}.`
  if (id !== 'scaled') return error
  const { temperature } = winner
  const meant = (temperature ?? 1) > 1 ? 'above 1: overconfident' : 'below 1: underconfident'
  const by = temperature === null ? '' : ` after one temperature of ${short(temperature, 3)} (${meant} as trained)`
  const flatters = split === 'validation' ? ' This estimate is optimistic: the temperature was fitted on these rows.' : ''
  return `With its temperature: the calibration error (ECE) is ${short(ece, 3)}${by}.${flatters}`
}
