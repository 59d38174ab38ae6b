import { describe, expect, it } from 'vitest'
import { checkNames } from '../src/data/checks/index.ts'
import { formats } from '../src/data/formats/index.ts'
import { tokenizers } from '../src/data/tokenizers/index.ts'
import { rules } from '../src/diagnose/rules/index.ts'
import { presets } from '../src/compile/presets/index.ts'
import { targetNames } from '../src/compile/targets/index.ts'
import { engines } from '../src/engines/index.ts'
import { gates } from '../src/gates/index.ts'
import { layerDefinitions } from '../src/layers/index.ts'
import { stageNames } from '../src/stages/index.ts'
import { exportNames } from '../src/report/exports/index.ts'
import { resultsFormats } from '../src/results/formats/index.ts'
import { modelFormatNames } from '../src/saved-model/formats/index.ts'
import { literalsIn, uses, type PluginKind } from './support/plugins.ts'

/** Names of gates that mean something else too: a task, and what a run says about its probabilities. */
const otherWords: readonly string[] = ['regression', 'calibration']

/** Names of stages that mean something else too: a lever, and a trigger of workflows. */
const otherThanStages: readonly string[] = ['schedule']

/** Kinds of plug-ins whose names stand in their own folder alone. */
const held: readonly PluginKind[] = [
  {
    folder: 'src/compile/presets',
    // Not held: text is a word of many other things.
    names: presets.map((preset): string => preset.name).filter((name) => name !== 'text'),
    besides: {},
  },
  { folder: 'src/compile/targets', names: targetNames, besides: { 'src/cli/examples.ts': 'command lines in the help' } },
  {
    folder: 'src/engines',
    // Not held: command is a word of many other things.
    names: engines.map((engine) => engine.name).filter((name) => name !== 'command'),
    besides: {},
  },
  {
    folder: 'src/gates',
    names: gates.map((gate) => gate.name).filter((name) => !otherWords.includes(name)),
    besides: {
      'src/diagnose/rules/seed-variance.ts': 'the diagnosis has a rule of the name seed-variance',
      'src/report/checklist.ts': 'the checklist of a report has a box of the name seed-variance',
    },
  },
  {
    folder: 'src/stages',
    names: stageNames.filter((name) => !otherThanStages.includes(name)),
    besides: {
      'src/action/comment.ts': 'the comment command `/tune verify`',
      'src/action/event.ts': 'the mode `verify` of the action',
      'src/action/rules-at.ts': 'the same comment command',
      'src/cli/examples.ts': 'command lines in the help',
      'src/diagnose/read/columns.ts': 'a column of a training log may be called batch',
      'src/github/comment/grammar.ts': 'the same comment command, in its grammar',
      'src/github/comment/receive.ts': 'the same comment command, as it is answered',
      'src/github/inputs.ts': 'the mode `verify` among the modes of the action',
      'src/report/checklist.ts': 'the checklist has a box of the name batch',
      'src/report/stage-boxes.ts': 'the boxes of the checklist ask for findings of the kinds batch and verify',
      'src/report/model.ts': 'findings of the kind batch, which any stage may have',
    },
  },
  {
    folder: 'src/layers',
    // Not held, since they are words of other things too: dense, flatten, embedding and residual are plain English, dropout
    // is a lever as well, and activation an argument of several layers.
    names: [
      'conv2d',
      'depthwiseConv2d',
      'separableConv2d',
      'maxPooling2d',
      'averagePooling2d',
      'globalAveragePooling2d',
      'globalMaxPooling2d',
      'globalAveragePooling1d',
      'batchNormalization',
      'layerNormalization',
      'embeddingBag',
      'positionEmbedding',
      'multiHeadAttention',
    ],
    besides: {
      'src/engines/tensorflow/ops/fused.ts': 'names the native operation of `FusedOps`, which is no layer',
    },
  },
  { folder: 'src/data/tokenizers', names: tokenizers.map(({ name }) => name), besides: {} },
  {
    folder: 'src/data/formats',
    names: formats.map((format) => format.name),
    besides: {
      'src/cli/commands/predict.ts': 'predictions are written as CSV or JSON lines',
      'src/cli/options.ts': 'predictions are written as CSV or JSON lines',
    },
  },
  {
    folder: 'src/data/checks',
    // Not held, since they are words of other things too: constant is a schedule and, as identifier, a type of column;
    // augmentation is a lever.
    names: checkNames.filter((name) => !['augmentation', 'constant', 'identifier'].includes(name)),
    besides: {},
  },
  {
    folder: 'src/diagnose/rules',
    // Not held: seed-variance is a gate too, and the gates hold it.
    names: rules.map((rule) => rule.name).filter((name) => name !== 'seed-variance'),
    besides: {},
  },
  {
    folder: 'src/report/exports',
    names: exportNames,
    besides: {
      'src/cli/examples.ts': 'command lines in the help',
      'src/results/formats/mlflow.ts': 'results of this tool are read as well',
      'src/results/formats/wandb.ts': 'the same',
    },
  },
  { folder: 'src/saved-model/formats', names: modelFormatNames, besides: {} },
  {
    folder: 'src/results/formats',
    // Not held: table is a word of many other things, and some tools are targets of an export as well.
    names: resultsFormats.map((format) => format.name).filter((name) => !['table', ...exportNames].includes(name)),
    besides: {},
  },
]

describe('the name of a plug-in', () => {
  it.each(held.map((kind) => [kind.folder, kind] as const))('stands in %s and nowhere else', (_, kind) => {
    expect(kind.names.length).toBeGreaterThan(0)
    expect(uses(kind).map(({ file, line, name }) => `${file}:${line}: ${name}`)).toEqual([])
  })

  it('is unique in its registry, and so is each ending of a data format', () => {
    const lists = [
      stageNames,
      checkNames,
      exportNames,
      targetNames,
      modelFormatNames,
      layerDefinitions.map(({ kind }) => kind),
      ...[gates, formats, rules, engines, presets, resultsFormats].map((registry) => registry.map(({ name }) => name)),
      formats.flatMap((format) => format.endings),
    ]
    for (const names of lists) expect([...new Set(names)]).toEqual(names)
  })

  it('is found in code, types and keys, and not in comments or longer texts', () => {
    const text =
      "// 'verify'\nconst a: 'verify' = 'verify'\nconst b = { 'lr-range': 1 }\nconst c = 'we verify'\nimport x from 'verify'\n"
    expect(literalsIn(text)).toEqual([
      { name: 'verify', line: 2 },
      { name: 'verify', line: 2 },
      { name: 'lr-range', line: 3 },
      { name: 'we verify', line: 4 },
    ])
  })
})
