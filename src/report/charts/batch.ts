import { whole } from '../numbers.ts'
import type { Report } from '../model.ts'
import { colors, dashed, layer, wide, type Chart } from './theme.ts'

const outcomes = {
  'fits': { title: 'fits', color: colors.chosen },
  'slower': { title: 'slower', color: colors.baseline },
  'beyond-noise-scale': { title: 'beyond the noise scale', color: colors.purple },
  'too-large': { title: 'too large', color: colors.limit },
} as const

/**
 * Throughput by batch size with the gradient noise scale; drawn from `timing`, since another machine would measure
 * others.
 */
export function throughput(report: Report): Chart[] {
  const findings = report.stages.find((s) => s.stage === 'batch')?.findings
  const values = report.timing.probes.flatMap((p) =>
    p.examplesPerSecond === null
      ? []
      : [{ batchSize: p.batchSize, speed: p.examplesPerSecond, outcome: outcomes[p.outcome].title }],
  )
  if (findings?.stage !== 'batch' || values.length < 2) return []
  const { noiseScale, chosen } = findings.batch
  const sizes = values.map((v) => v.batchSize)
  const x = {
    type: 'quantitative',
    title: 'batch size (log scale)',
    scale: { type: 'log', base: 2, nice: false },
    axis: { values: sizes, format: 'd', grid: false },
  } as const
  const used = Object.values(outcomes).filter((o) => values.some((v) => v.outcome === o.title))
  return [
    {
      id: 'throughput',
      title: 'Throughput by batch size',
      sentence: `Batch ${whole(chosen)} was chosen. ${
        noiseScale === null
          ? 'The gradient noise scale could not be estimated.'
          : `Above the gradient noise scale of ${whole(noiseScale)} examples (dashed), a larger batch buys little.`
      }`,
      spec: {
        ...wide,
        layer: [
          {
            data: { values },
            mark: { type: 'line', color: colors.grey },
            encoding: { x: { ...x, field: 'batchSize' }, y: { field: 'speed', type: 'quantitative' } },
          },
          {
            data: { values },
            mark: { type: 'point', filled: true, size: 90, opacity: 1 },
            encoding: {
              x: { ...x, field: 'batchSize' },
              y: { field: 'speed', type: 'quantitative', title: 'examples a second' },
              color: {
                field: 'outcome',
                type: 'nominal',
                title: null,
                scale: { domain: used.map((o) => o.title), range: used.map((o) => o.color) },
              },
            },
          },
          ...(noiseScale !== null && noiseScale >= Math.min(...sizes) && noiseScale <= Math.max(...sizes)
            ? [
                layer({
                  data: { values: [{ noiseScale }] },
                  mark: { type: 'rule', color: colors.purple, strokeWidth: 2, strokeDash: dashed() },
                  encoding: { x: { ...x, field: 'noiseScale' } },
                }),
              ]
            : []),
        ],
      },
    },
  ]
}
