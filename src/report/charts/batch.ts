import { whole } from '../numbers.ts'
import type { Report } from '../model.ts'
import { colors, dashed, layer, wide, type Chart, type Layer } from './theme.ts'

const outcomes = {
  fits: { title: 'fits', color: colors.chosen },
  slower: { title: 'slower', color: colors.baseline },
  'beyond-noise-scale': { title: 'beyond the noise scale', color: colors.purple },
  'too-large': { title: 'too large', color: colors.limit },
} as const

/**
 * Throughput by batch size with the gradient noise scale. It is drawn from `timing`, since another machine would measure
 * something else.
 */
export function throughput(report: Report): Chart[] {
  const findings = report.stages.flatMap((s) => s.findings?.batch ?? [])[0]
  const values = report.timing.probes.flatMap((p) =>
    p.examplesPerSecond === null
      ? []
      : [{ batchSize: p.batchSize, speed: p.examplesPerSecond, outcome: outcomes[p.outcome].title }],
  )
  if (!findings || values.length < 2) return []
  const { noiseScale, chosen } = findings
  const sizes = values.map((v) => v.batchSize)
  const x = sizeAxis(sizes)
  const used = Object.values(outcomes).filter((o) => values.some((v) => v.outcome === o.title))
  return [
    {
      id: 'throughput',
      title: 'Throughput by batch size',
      sentence: `Batch ${whole(chosen)} was chosen: ${kneeText(report)} ${
        noiseScale === null
          ? 'The gradient noise scale could not be estimated.'
          : `Above the gradient noise scale of ${whole(noiseScale)} examples (dashed), a larger batch gains little.`
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
              y: { field: 'speed', type: 'quantitative', title: 'examples per second' },
              color: {
                field: 'outcome',
                type: 'nominal',
                title: null,
                scale: { domain: used.map((o) => o.title), range: used.map((o) => o.color) },
                legend: { orient: 'bottom' },
              },
            },
          },
          ...marker(chosen, 'chosen', colors.chosen, x),
          ...(noiseScale !== null && noiseScale >= Math.min(...sizes) && noiseScale <= Math.max(...sizes)
            ? marker(noiseScale, 'noise scale', colors.purple, x)
            : []),
        ],
      },
    },
  ]
}

const sizeAxis = (sizes: number[]) => ({
  type: 'quantitative' as const,
  title: 'batch size (log scale)',
  scale: { type: 'log' as const, base: 2, nice: false },
  axis: { values: sizes, format: 'd', grid: false },
})

/** Where the curve bends: the first size that is hardly faster than the previous one. */
function kneeText({ timing }: Report): string {
  const slower = timing.probes.find((p) => p.outcome === 'slower')
  return slower
    ? `the knee is below ${whole(slower.batchSize)}, which is barely faster.`
    : 'the curve has no knee within the sizes that were probed.'
}

/** A vertical rule with its name above the drawing. The choice is to the left of its rule, the scale to the right. */
function marker(size: number, name: 'chosen' | 'noise scale', color: string, x: ReturnType<typeof sizeAxis>): Layer[] {
  const data = { values: [{ size, text: `${name} ${whole(size)}` }] }
  const at = { ...x, field: 'size' }
  const side = name === 'chosen' ? ({ align: 'right', dx: -3 } as const) : ({ align: 'left', dx: 3 } as const)
  return [
    layer({
      data,
      mark: { type: 'rule', color, strokeWidth: 2, ...(name === 'chosen' ? {} : { strokeDash: dashed() }) },
      encoding: { x: at },
    }),
    layer({
      data,
      mark: { type: 'text', ...side, y: -8, color, fontWeight: 'bold' },
      encoding: { x: at, text: { field: 'text', type: 'nominal' } },
    }),
  ]
}

/** Peak memory by batch size, of the worker that probed it. */
export function memory(report: Report): Chart[] {
  const values = report.timing.probes.flatMap((p) =>
    p.peakMemoryMiB === null ? [] : [{ batchSize: p.batchSize, memory: p.peakMemoryMiB }],
  )
  const [first, last] = [values[0], values.at(-1)]
  if (!first || !last || values.length < 2) return []
  const x = { ...sizeAxis(values.map((v) => v.batchSize)), field: 'batchSize' }
  const y = { field: 'memory', type: 'quantitative', title: 'peak memory (MiB)', scale: { zero: true } } as const
  return [
    {
      id: 'memory',
      title: 'Peak memory by batch size',
      sentence: `From ${whole(first.memory)} MiB at batch ${whole(first.batchSize)} to ${whole(last.memory)} MiB at batch ${whole(last.batchSize)}. Both include the process itself.`,
      spec: {
        ...wide,
        data: { values },
        layer: [
          { mark: { type: 'line', color: colors.grey }, encoding: { x, y } },
          { mark: { type: 'point', filled: true, size: 90, opacity: 1, color: colors.winner }, encoding: { x, y } },
        ],
      },
    },
  ]
}
