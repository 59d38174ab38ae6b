import { charts } from '../charts/index.ts'
import { config } from '../charts/theme.ts'
import { curveBook } from '../curves.ts'
import { explorerData } from '../explorer/data.ts'
import type { ExportDefinition, ExportFile, ExportSource } from './definition.ts'

/** Every chart of the report as a Vega-Lite spec that includes its data: for the Vega editor, notebooks and dashboards. */
export const vegaLite: ExportDefinition = {
  name: 'vega-lite',
  summary: 'Vega-Lite: every chart of the report as a spec with embedded data',
  next: 'open a file from % in the Vega editor or a notebook',
  write,
}

async function* write({ report, runs }: ExportSource): AsyncGenerator<ExportFile> {
  const curves = await curveBook(report, runs)
  for (const { id, title, sentence, spec } of charts(report, curves, explorerData(report, curves))) {
    const whole = {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      title,
      description: sentence,
      config,
      ...spec,
    }
    yield { path: `${id}.vl.json`, content: `${JSON.stringify(whole, null, 1)}\n` }
  }
}
