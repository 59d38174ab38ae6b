import type { CurveBook, ThinCurve } from '../curves.ts'
import { directionOf, meanOf, plural } from '../numbers.ts'
import type { Report } from '../model.ts'
import { colors, wide, type Chart } from './theme.ts'
import { taskOf } from '../../records/tasks.ts'

export type Side = 'baseline' | 'winner'

export interface SideCurve {
  readonly side: Side
  readonly seed: number
  readonly curve: ThinCurve
}

/** Curves of the verification runs. If the winner is the baseline, there is one run per seed, drawn as the winner. */
export function verifiedCurves(report: Report, curves: CurveBook): SideCurve[] {
  return (report.verification?.seeds ?? []).flatMap(({ seed, baseline, candidate }) => {
    const sides = [
      ['baseline', baseline.run],
      ['winner', candidate.run],
    ] as const
    return sides
      .filter(([side, run]) => side === 'winner' || run !== candidate.run)
      .flatMap(([side, run]) => {
        const curve = curves.get(run)
        return curve ? [{ side, seed, curve }] : []
      })
  })
}

const sideColors = { domain: ['baseline', 'winner'], range: [colors.baseline, colors.winner] }

/** The validation objective by epoch: a thin line per seed, a thick one for their mean. */
export function learningCurves(report: Report, curves: CurveBook): Chart[] {
  const lines = verifiedCurves(report, curves)
  const values = lines.flatMap(({ side, seed, curve }) =>
    curve.evaluations.flatMap((e) =>
      e.validationObjective === null ? [] : [{ side, run: `${side} ${seed}`, epoch: e.epoch, value: e.validationObjective }],
    ),
  )
  if (values.length === 0) return []
  const { objective } = report.study
  return [
    {
      id: 'learning-curves',
      title: `Validation ${objective} by epoch`,
      sentence:
        `Thin lines are single seeds (${plural(new Set(lines.map((l) => l.seed)).size, 'seed')} not used for selection), ` +
        `and thick lines are their means; ${directionOf(objective)}.`,
      spec: lineSpec(values, `validation ${objective}`, sideColors),
    },
  ]
}

/** Training and validation loss of the winner; regularization works on the gap between them. */
export function lossCurves(report: Report, curves: CurveBook): Chart[] {
  const lines = verifiedCurves(report, curves).filter((l) => l.side === 'winner')
  const values = lines
    .flatMap(({ seed, curve }) =>
      curve.evaluations.flatMap((e) => [
        { side: 'training', run: `training ${seed}`, epoch: e.epoch, value: e.trainLoss },
        { side: 'validation', run: `validation ${seed}`, epoch: e.epoch, value: e.validationLoss },
      ]),
    )
    .flatMap((v) => (v.value === null ? [] : [{ ...v, value: v.value }]))
  if (values.length === 0) return []
  const title = taskOf(report.study.task).lossTitle
  return [
    {
      id: 'loss-curves',
      title: 'Training and validation loss of the winner',
      sentence:
        'The distance between the lines is the generalization gap, which regularization reduces. ' +
        'A validation line that turns upward again is a sign of overfitting.',
      spec: lineSpec(values, title, { domain: ['training', 'validation'], range: [colors.purple, colors.winner] }),
    },
  ]
}

interface Value {
  readonly side: string
  readonly run: string
  readonly epoch: number
  readonly value: number
}

export function lineSpec(
  values: readonly Value[],
  yTitle: string,
  scale: { domain: string[]; range: string[] },
): Chart['spec'] {
  const encoding = {
    x: { field: 'epoch', type: 'quantitative', title: 'epoch', axis: { grid: false, tickMinStep: 1 } },
    y: { field: 'value', type: 'quantitative', title: yTitle, scale: { zero: false } },
    color: { field: 'side', type: 'nominal', title: null, scale },
  } as const
  return {
    ...wide,
    data: { values: [...values] },
    layer: [
      {
        mark: { type: 'line', strokeWidth: 1, opacity: 0.35 },
        encoding: { ...encoding, detail: { field: 'run', type: 'nominal' } },
      },
      { data: { values: meanLines(values) }, mark: { type: 'line', strokeWidth: 3 }, encoding },
    ],
  }
}

/** Means over the runs that reached an epoch, as long as all runs of a group did: a mean over survivors would flatter. */
function meanLines(values: readonly Value[]): Value[] {
  return [...new Set(values.map((v) => v.side))].flatMap((side) => {
    const own = values.filter((v) => v.side === side)
    const runs = new Set(own.map((v) => v.run)).size
    const epochs = [...new Set(own.map((v) => v.epoch))].sort((a, b) => a - b)
    return epochs.flatMap((epoch) => {
      const at = own.filter((v) => v.epoch === epoch)
      return at.length === runs ? [{ side, run: `${side} mean`, epoch, value: meanOf(at.map((v) => v.value)) }] : []
    })
  })
}
