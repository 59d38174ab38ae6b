import { metricNames } from '../records/metrics.ts'

const column = { type: 'string', minLength: 1, maxLength: 300 }

/** One optional name for each metric. */
const names = Object.fromEntries(
  metricNames.map((metric) => [
    metric,
    { title: metric, description: `Name of the ${metric} in the results.`, ...column, default: metric },
  ]),
)

const files = (split: string): object => ({
  title: `Predictions on ${split} rows`,
  description: `The columns that name the .npy files of the ${split} rows.`,
  $ref: '#/$defs/predictionFiles',
  default: { file: 'predictions', labels: 'labels' },
})

/** The section `results` of a spec, as definitions of its schema: by name, what heads each and its settings. */
export const resultsDefinitions = {
  results: {
    head: {
      title: 'Results',
      description: 'Results of another tool, one run per seed, that `tunegate gate` judges. See docs/results.md.',
    },
    required: [],
    properties: {
      validation: {
        title: 'Validation metrics',
        description: 'The names that metrics on validation rows have in the results.',
        $ref: '#/$defs/resultNames',
        default: { accuracy: 'val_acc' },
      },
      test: {
        title: 'Test metrics',
        description: 'The names that metrics on test rows have in the results.',
        $ref: '#/$defs/resultNames',
        default: { accuracy: 'test_acc' },
      },
      predictions: {
        title: 'Predictions',
        description: 'Files of predictions, from which all metrics of a split are computed again.',
        $ref: '#/$defs/resultPredictions',
        default: { kind: 'probabilities' },
      },
      value: {
        title: 'Value of a curve',
        description:
          'Which value of a curve counts: the last one, or the one at the step with the best validation objective. No test metric ever chooses it.',
        enum: ['last', 'best'],
        default: 'last',
      },
      percent: {
        title: 'Percent',
        description: 'Names in the results whose values are in percent.',
        type: 'array',
        items: column,
        maxItems: 100,
        uniqueItems: true,
        default: [],
      },
      seed: {
        title: 'Seed',
        description:
          'Name of the column or parameter with the seed. A run without it takes the number after `seed` in its path.',
        ...column,
        default: 'seed',
      },
      seeds: {
        title: 'Seeds',
        description: 'The seeds that the results must have. A missing or an additional seed is then an error.',
        type: 'array',
        items: { type: 'integer', minimum: 0, maximum: 9007199254740991 },
        minItems: 2,
        maxItems: 1000,
        uniqueItems: true,
        default: [1, 2, 3, 4, 5],
      },
    },
  },
  resultNames: {
    head: { title: 'Names', description: 'Names in the results, by metric.' },
    required: [],
    properties: names,
  },
  resultPredictions: {
    head: { title: 'Predictions', description: 'Where results name the files of their predictions.' },
    required: ['kind'],
    properties: {
      kind: {
        title: 'Kind',
        description: 'What the files hold: logits or probabilities, one column per class, or values of a regression.',
        enum: ['logits', 'probabilities', 'values'],
        default: 'probabilities',
      },
      validation: files('validation'),
      test: files('test'),
    },
  },
  predictionFiles: {
    head: { title: 'Files', description: 'Columns that name .npy files, relative to the file of the results.' },
    required: ['file', 'labels'],
    properties: {
      file: {
        title: 'File',
        description: 'Column that names the file of the predictions.',
        ...column,
        default: 'predictions',
      },
      labels: {
        title: 'Labels',
        description: 'Column that names the file of the correct answers, in the same order.',
        ...column,
        default: 'labels',
      },
    },
  },
} as const
