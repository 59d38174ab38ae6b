import { stringify } from 'yaml'
import { groupBy } from '../../base/lists.ts'
import type { Report } from '../model.ts'
import type { ExportDefinition, ExportFile, ExportSource } from './definition.ts'
import { exportedRuns, type Series } from './exported.ts'

/** A run's curves that DVC draws, with the templates that suit them. */
const drawn = ['train/loss', 'train/learning_rate', 'train/gradient_norm']

/**
 * Files that DVC shows (`dvc metrics show`, `dvc params diff`, `dvc plots show`): `params.yaml` with the chosen levers,
 * `metrics.json` with the verdict and the verified means, `plots/*.tsv` with the curves of the verified runs, and a
 * `dvc.yaml` that names them. There is no pipeline: nothing is run.
 */
export const dvc: ExportDefinition = {
  name: 'dvc',
  summary: 'DVC: params of the chosen levers, metrics of the verification, plots of the verified runs',
  next: 'copy the files in % into a DVC repository, then run dvc plots show',
  write,
}

async function* write(source: ExportSource): AsyncGenerator<ExportFile> {
  const { report } = source
  const plots: string[] = []
  const verified = new Set((report.verification?.seeds ?? []).map((s) => s.candidate.run))
  for await (const run of exportedRuns(source)) {
    if (!verified.has(run.id)) continue
    const series = run.series.filter((s) => drawn.includes(s.name) || s.name.startsWith('validation/'))
    for (const one of series) {
      const path = `plots/${one.name}/seed-${run.seed}.tsv`
      plots.push(path)
      yield { path, content: tsv(one) }
    }
  }
  yield { path: 'params.yaml', content: stringify(report.levers.chosen) }
  yield { path: 'metrics.json', content: `${JSON.stringify(metricsOf(report), null, 1)}\n` }
  yield { path: 'dvc.yaml', content: stringify(definition(plots)) }
}

const nameOf = (series: string): string => series.slice(series.lastIndexOf('/') + 1)

const tsv = ({ name, points }: Series): string =>
  `step\t${nameOf(name)}\n${points.map(([step, value]) => `${step}\t${value}\n`).join('')}`

function metricsOf({ verdict, verification }: Report): object {
  const means = (side: 'candidate' | 'baseline'): object =>
    Object.fromEntries(
      (['validation', 'test'] as const).map((split) => [
        split,
        Object.fromEntries(
          (verification?.metrics ?? []).filter((m) => m.split === split).map((m) => [m.metric, m[side].mean]),
        ),
      ]),
    )
  return {
    verdict: verdict.status,
    passed: verdict.status === 'pass' ? 1 : 0,
    winner: means('candidate'),
    baseline: means('baseline'),
  }
}

/** One plot per metric, one line per seed. */
function definition(plots: readonly string[]): object {
  return {
    params: ['params.yaml'],
    metrics: ['metrics.json'],
    plots: [...groupBy(plots, metricOf)].map(([name, paths]) => ({
      [name]: { x: 'step', y: Object.fromEntries(paths.map((path) => [path, nameOf(name)])), title: name, x_label: 'step' },
    })),
  }
}

/** The metric of a file `plots/<metric>/seed-<seed>.tsv`. */
const metricOf = (path: string): string => path.slice('plots/'.length, path.lastIndexOf('/'))
