/** The part of the JSON Schema that a gate owns. `npm run generate` composes it into `schema/tuning.schema.json`. */
export interface GateSchema {
  /** What the gate tests, in one sentence. */
  readonly summary: string
  /** Settings that make a useful gate. Error hints show them too. */
  readonly example: object
  /** What the settings are, in one sentence. */
  readonly description: string
  readonly required: readonly string[]
  /** One JSON Schema for each setting. */
  readonly properties: Readonly<Record<string, object>>
}

const ref = (title: string, description: string, name: string, fallback: string): object => ({
  title,
  description,
  $ref: `#/$defs/${name}`,
  default: fallback,
})

/** Settings that several gates share. */
export const shared = {
  metric: ref('Metric', 'A metric of the task.', 'metric', 'accuracy'),
  split: ref('Split', 'The split that the metric is measured on.', 'measured', 'validation'),
  onInconclusive: ref('If inconclusive', 'Whether an inconclusive verdict blocks.', 'onInconclusive', 'fail'),
  paired: {
    title: 'Paired',
    description: 'Compare seed by seed: both sides share split, order and initialization.',
    type: 'boolean',
    default: false,
  },
} as const

/** Settings of gates that can judge one class of the target, or one of several targets or labels. */
export const ofClass = {
  class: {
    title: 'Class',
    description:
      'Judge the metric of this class of the target against the rest: recall, precision, f1, nll, auroc or averagePrecision. ' +
      'Omitted: the metric of all classes.',
    type: ['string', 'number', 'boolean'],
    maxLength: 256,
    default: 'malignant',
    examples: ['malignant'],
  },
  target: {
    title: 'Target',
    description:
      'Judge the metric of this target alone, where data.target lists several: of a label, recall, precision, f1, nll, auroc ' +
      'or averagePrecision; of a regression, every metric, in units of the target. Omitted: the metric of all targets.',
    type: ['string', 'integer'],
    maxLength: 256,
    default: 'height',
    examples: ['height'],
  },
} as const

/** Settings of gates that can judge every segment of the test rows. */
export const bySegment = {
  segments: {
    title: 'Segments',
    description:
      'Columns of the data. Each of their values is a segment of the test rows, which is judged by itself: the worst one ' +
      'decides. Needs split: test. Omitted: all rows together.',
    type: 'array',
    items: { $ref: '#/$defs/column' },
    minItems: 1,
    maxItems: 8,
    uniqueItems: true,
    default: ['site'],
    examples: [['site']],
  },
  minRows: {
    title: 'Fewest rows',
    description:
      'Test rows that a class, a label or a segment must have to be judged, or groups of them if the split keeps groups together. ' +
      'Smaller ones are named, and the gate does not pass without them. Metrics that are not shares of rows ' +
      'need more: nll and averagePrecision 100, mae and auroc 200, mse 1600, ece 3200.',
    type: 'integer',
    minimum: 5,
    maximum: 1000000,
    default: 20,
  },
} as const

/** A margin with its own default. */
export const marginOf = (fallback: number): object => ({
  title: 'Margin',
  description: 'How much worse than the baseline the mean may be, in units of the metric.',
  type: 'number',
  exclusiveMinimum: 0,
  default: fallback,
})
