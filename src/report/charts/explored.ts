import type { ExploredFindings } from '../../records/decision.ts'
import { directionOf, plural, short } from '../numbers.ts'
import type { Report } from '../model.ts'
import { colors, label, wide, type Chart } from './theme.ts'

/** The configurations that a stage tried once each, the best first: one chart a stage. */
export function exploredCharts(report: Report): Chart[] {
  return report.stages.flatMap(({ stage, findings }) =>
    findings?.explored && findings.explored.trials.length > 1 ? [explored(report, stage, findings.explored)] : [],
  )
}

/** Enough for a search of the default size; the rest stands in the report's data. */
const mostRows = 24

function explored({ study: { objective } }: Report, stage: string, { trials, levers }: ExploredFindings): Chart {
  const scored = trials.flatMap((trial) => (trial.score === null ? [] : [{ ...trial, score: trial.score }]))
  const values = scored.slice(0, mostRows).map(({ patch, score, confirmed }) => ({
    name: label(nameOf(patch)),
    score,
    kind: Object.keys(patch).length === 0 ? 'incumbent' : confirmed ? 'confirmed under other seeds' : 'tried once',
    text: short(score),
  }))
  const failed = trials.length - scored.length
  const domain = ['incumbent', 'confirmed under other seeds', 'tried once'].filter((kind) =>
    values.some((v) => v.kind === kind),
  )
  return {
    id: `explored-${stage}`,
    title: `Configurations near the incumbent: ${levers.map(({ lever }) => lever).join(', ')}`,
    sentence:
      `Validation ${objective} of one run each, ${directionOf(objective)}. One run says which configurations deserve more, ` +
      `not which is best: only the comparison under other seeds moves a lever.` +
      (failed > 0 ? ` ${plural(failed, 'configuration')} did not train to the end.` : ''),
    spec: {
      ...wide,
      height: { step: 22 },
      data: { values },
      encoding: {
        y: { field: 'name', type: 'nominal', title: null, sort: { field: 'score' }, axis: { labelLimit: 420 } },
        x: { field: 'score', type: 'quantitative', title: `validation ${objective}`, scale: { zero: false } },
        color: {
          field: 'kind',
          type: 'nominal',
          title: null,
          scale: { domain, range: domain.map((kind) => colorOf[kind] ?? colors.grey) },
        },
      },
      layer: [
        { mark: { type: 'point', filled: true, size: 80, opacity: 1 } },
        { mark: { type: 'text', align: 'left', dx: 8 }, encoding: { text: { field: 'text', type: 'nominal' } } },
      ],
    },
  }
}

const colorOf: Readonly<Record<string, string>> = {
  incumbent: colors.baseline,
  'confirmed under other seeds': colors.winner,
  'tried once': colors.grey,
}

function nameOf(patch: ExploredFindings['trials'][number]['patch']): string {
  const words = Object.entries(patch).map(
    ([lever, value]) => `${lever} ${typeof value === 'number' ? short(value) : String(value ?? 'none')}`,
  )
  return words.length === 0 ? 'incumbent' : words.join(', ')
}
