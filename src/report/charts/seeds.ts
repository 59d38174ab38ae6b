import { directionOf, plural } from '../numbers.ts'
import type { Report } from '../model.ts'
import { colors, ink, type Chart } from './theme.ts'

/** Every verification seed as a dot on both sides, pairs joined, means as ticks. */
export function seedsStrip(report: Report): Chart[] {
  const { objective } = report.study
  const values = (report.verification?.seeds ?? [])
    .flatMap(({ seed, baseline, candidate }) =>
      (['validation', 'test'] as const).flatMap((split) => [
        { side: 'baseline', split, seed, value: baseline[split]?.[objective] },
        { side: 'winner', split, seed, value: candidate[split]?.[objective] },
      ]),
    )
    .filter((v) => v.value !== undefined)
  if (values.length === 0) return []
  const failed = (report.verification?.seeds ?? []).filter(
    (s) => s.baseline.status !== 'complete' || s.candidate.status !== 'complete',
  ).length
  const missing = failed === 0 ? '' : ` ${plural(failed, 'seed')} did not finish on both sides and cannot be drawn.`
  const x = {
    field: 'side',
    type: 'nominal',
    title: null,
    axis: { labelAngle: 0 },
    sort: ['baseline', 'winner'],
  } as const
  const y = { field: 'value', type: 'quantitative', title: objective, scale: { zero: false } } as const
  const color = {
    field: 'side',
    type: 'nominal',
    legend: null,
    scale: { domain: ['baseline', 'winner'], range: [colors.baseline, colors.winner] },
  } as const
  return [
    {
      id: 'seeds',
      title: `Every verification seed: ${objective}`,
      sentence:
        `${plural(new Set(values.map((v) => v.seed)).size, 'seed')}; lines join the two sides of one seed, and ticks are means; ` +
        `${directionOf(objective)}. If about as many lines rise as fall, the difference is likely noise.${missing}`,
      spec: {
        data: { values },
        facet: { column: { field: 'split', type: 'nominal', title: null, sort: ['validation', 'test'] } },
        spec: {
          width: 150,
          height: 200,
          layer: [
            {
              mark: { type: 'line', color: ink, opacity: 0.3, strokeWidth: 1 },
              encoding: { x, y, detail: { field: 'seed', type: 'nominal' } },
            },
            {
              mark: { type: 'point', filled: true, size: 70, opacity: 0.85 },
              encoding: { x, y, color, detail: { field: 'seed', type: 'nominal' } },
            },
            {
              mark: { type: 'tick', thickness: 3, size: 56, opacity: 1 },
              encoding: { x, y: { ...y, aggregate: 'mean' }, color },
            },
          ],
        },
      },
    },
  ]
}
