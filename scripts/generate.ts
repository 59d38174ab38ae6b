// Regenerates what is derived from other files: the parts of plug-ins in the schema of the spec, its TypeScript types, and
// the tables and examples in docs/ and SECURITY.md.
// `--check` writes nothing, names what is out of date and exits with 1.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { program } from '../src/cli/program.ts'
import { commentWorkflow, noCommit } from '../src/cli/workflows/comment.ts'
import { checks } from '../src/data/checks/index.ts'
import { formats } from '../src/data/formats/index.ts'
import { rules } from '../src/diagnose/rules/index.ts'
import { autoPresetWords, presets } from '../src/compile/presets/index.ts'
import { autoEngineWords, engines } from '../src/engines/index.ts'
import { events, eventSchema } from '../src/engines/command/protocol/event-schema.ts'
import { trainerDefinitions } from '../src/engines/command/spec-schema.ts'
import { requestSchema } from '../src/engines/command/protocol/request-schema.ts'
import { leastEffectDefinitions } from '../src/gates/least-effect.ts'
import { gates } from '../src/gates/index.ts'
import { resultsFormats } from '../src/results/formats/index.ts'
import { resultsDefinitions } from '../src/results/spec-schema.ts'
import { layerDefinitions } from '../src/layers/index.ts'
import { optimizerNames } from '../src/records/levers.ts'
import { stageDefinitions } from '../src/stages/index.ts'
import { exportDefinitions } from '../src/report/exports/index.ts'
import { withChecks, withFormats } from './generate-data-schema.ts'
import { withGates } from './generate-gates-schema.ts'
import { withPresets } from './generate-presets-schema.ts'
import {
  actionTables,
  attackTable,
  cliTables,
  engineTable,
  eventTables,
  fieldTable,
  fenced,
  folderTable,
  nameTable,
  replaceBlocks,
  specTables,
} from './generate-tables.ts'
import { pageScript } from './generate-page.ts'
import { withLayers } from './generate-layers-schema.ts'
import { withOptimizers } from './generate-levers-schema.ts'
import { withStageNames, withStages } from './generate-stages-schema.ts'
import { specTypes } from './generate-types.ts'
import { withSection } from './generate-sections-schema.ts'
import { rates } from './generate-rates.ts'
import { explainedVerdict } from './generate-verdict.ts'
import { folders } from '../test/support/architecture.ts'
import { attacks } from '../test/support/attacks.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const exists = (path: string): boolean => existsSync(join(root, path))

const withLevers = withOptimizers(read('schema/tuning.schema.json'), optimizerNames)
const withModel = withLayers(withLevers, layerDefinitions)
const withProcess = withGates(withStages(withModel, stageDefinitions), gates)
const withRules = withPresets(
  withProcess,
  presets.map(({ name }) => name),
  autoPresetWords(),
)
const withData = withFormats(withChecks(withRules, checks), formats)
const withEffects = withSection(withData, ['leastEffects', 'results'], leastEffectDefinitions)
const withScripts = withSection(withEffects, ['trainer', 'customLevers'], trainerDefinitions)
const schemaText = withSection(withScripts, ['results', 'trainer'], resultsDefinitions)
const schema = JSON.parse(schemaText)
const generated: { readonly path: string; readonly text: string }[] = [
  { path: 'schema/tuning.schema.json', text: schemaText },
  ...['schema/plan.schema.json', 'schema/lock.schema.json', 'schema/report.schema.json'].map((path) => ({
    path,
    text: withOptimizers(withStageNames(read(path), stageDefinitions), optimizerNames),
  })),
  { path: 'schema/trainer-request.schema.json', text: `${JSON.stringify(requestSchema(), null, 2)}\n` },
  { path: 'schema/trainer-event.schema.json', text: `${JSON.stringify(eventSchema(), null, 2)}\n` },
  { path: 'src/dsl/tuning.gen.ts', text: await specTypes(schema) },
  { path: 'src/report/html/script.gen.ts', text: await pageScript(root) },
]
if (exists('examples/workflows')) {
  generated.push({
    path: 'examples/workflows/tunegate-comment.yml',
    text: commentWorkflow({ spec: 'tuning.yml', uses: noCommit }),
  })
}
/** What is generated within each page, block by block. */
const pages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/spec.md': {
    spec: specTables(schema),
    example: fenced(read('examples/digits/tuning.yml'), 'yaml'),
    formats: nameTable(
      ['format', 'file name', 'content'],
      formats.map(({ name, endings, summary }) => [name, endings.map((ending) => `\`.${ending}\``).join(', '), summary]),
    ),
  },
  'docs/action.md': { action: actionTables(read('action.yml')) },
  'docs/engines.md': { engines: engineTable(engines, autoEngineWords()) },
  'docs/trainer.md': {
    request: fieldTable(requestSchema().properties, requestSchema().required),
    events: eventTables(events),
  },
  'docs/results.md': {
    results: fieldTable(schema.$defs.results.properties, schema.$defs.results.required ?? []),
    formats: nameTable(
      ['format', 'tool', 'what is read'],
      resultsFormats.map(({ name, tool, summary }) => [name, tool, summary]),
    ),
  },
  'docs/cli.md': {
    cli: cliTables(program(() => undefined)),
    exports: nameTable(
      ['`--to`', 'what it writes', 'what you do next'],
      exportDefinitions.map(({ name, summary, next }) => [name, summary, next.replaceAll('%', 'FOLDER')]),
    ),
    rules: nameTable(
      ['rule', 'symptom', 'reported when'],
      rules.map((rule) => [rule.name, rule.title, rule.summary]),
    ),
  },
  'docs/github.md': {
    workflow: fenced(read('examples/workflows/tune.yml'), 'yaml'),
    reusable: fenced(read('examples/workflows/tune-all.yml'), 'yaml'),
    comment: fenced(commentWorkflow({ spec: 'tuning.yml', uses: noCommit }), 'yaml'),
  },
  'docs/how-it-decides.md': {
    verdict: explainedVerdict(read('examples/digits/tuning.yml'), read('examples/digits/tuning.lock.json')),
  },
  'docs/trust.md': {
    'gate-rates': rates(read('docs/validation/gates.md'), 'Declared and measured'),
    'rule-rates': rates(read('docs/validation/diagnose.md'), 'By rule', [
      'Rule',
      'Recall',
      'held out',
      'False alarms',
      'held out',
    ]),
    'range-rates': rates(read('docs/validation/range-test.md'), 'All combinations'),
  },
  'docs/architecture.md': { folders: folderTable(folders) },
  'SECURITY.md': { attacks: attackTable(attacks) },
}
for (const [path, blocks] of Object.entries(pages)) {
  if (exists(path)) generated.push({ path, text: replaceBlocks(read(path), blocks) })
}

const stale = generated.filter(({ path, text }) => !exists(path) || read(path) !== text)
if (process.argv.includes('--check')) {
  for (const { path } of stale) console.error(`${path} is out of date: run npm run generate and commit it`)
  if (stale.length === 0) console.log('generated files are current')
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  for (const { path, text } of stale) writeFileSync(join(root, path), text)
  console.log(stale.length > 0 ? `written: ${stale.map((f) => f.path).join(', ')}` : 'generated files are current')
}
