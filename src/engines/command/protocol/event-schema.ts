/** Version of the messages between a study and a training script, in both directions. */
export const trainerProtocol = 1

/** Longest line that a script may report, in characters. */
export const mostLine = 65_536

const text = (description: string, maxLength = 1000): object => ({ description, type: 'string', maxLength })
const path = (description: string): object => ({ description, type: 'string', minLength: 1, maxLength: 4096 })
const count = (description: string, minimum = 0): object => ({ description, type: 'integer', minimum, maximum: 1e12 })
const flag = (description: string): object => ({ description, type: 'boolean', default: false })
/** JSON has no NaN, so null stands for a number that is not finite. */
const measured = (description: string): object => ({
  description: `${description} Null if it is not finite.`,
  type: ['number', 'null'],
})

/** The modes of a request. A script that supports `train` alone can be tuned, but finds no rate and probes no batch. */
export const modes = ['describe', 'train', 'range', 'probe'] as const

export type Mode = (typeof modes)[number]

/** Everything that a script may say, by `type`. The keys are the types; unknown types and unknown fields are ignored. */
export const events = {
  hello: {
    summary: 'The first line of every run: what the script is and what it can do.',
    required: ['protocol', 'supports'],
    fields: {
      protocol: { description: 'Version of the protocol that the script speaks.', const: trainerProtocol },
      framework: text('Framework and version, such as `pytorch 2.6.0`. Other versions train other numbers.', 100),
      device: text('What trains: `cpu`, `cuda NVIDIA A10G`.', 100),
      supports: {
        description: 'What the script can do. A study asks for nothing else.',
        type: 'object',
        required: ['levers', 'modes'],
        properties: {
          levers: {
            description:
              "The script's hyperparameters that a request may set, by the script's names, each with the script's own " +
              'default: a number, a text, true or false, or null if it has none.',
            type: 'object',
            maxProperties: 200,
            propertyNames: { minLength: 1, maxLength: 100 },
            additionalProperties: { type: ['number', 'string', 'boolean', 'null'], maxLength: 200 },
          },
          modes: {
            description: 'The modes that the script answers, besides `describe`. It must contain `train`.',
            type: 'array',
            items: { type: 'string', maxLength: 20 },
            maxItems: 20,
          },
          per_step_lr: flag(
            'Whether the script sets the learning rate of every step in the mode `range`. Otherwise the range test is a ' +
              'series of runs of one epoch, each with another rate.',
          ),
          grad_norm: flag('Whether steps report the norm of the gradient.'),
          checkpoint: flag('Whether the script writes checkpoints and continues from `resume`.'),
          predictions: flag('Whether the script reports predictions, from which the study computes all metrics.'),
          test: flag('Whether the script reports the split `test` when a request asks for it.'),
        },
      },
      epochs: {
        description: "The script's own default for the number of epochs.",
        type: 'number',
        minimum: 1,
        maximum: 1e6,
      },
      rows: {
        description:
          'Number of examples by split, if the script knows them. Steps per run and costs are computed from them.',
        type: 'object',
        properties: {
          train: count('Examples that one epoch trains on.', 1),
          validation: count('Examples of the validation split.', 1),
          test: count('Examples of the test split; 0 if there is none.'),
        },
      },
      classes: count('Number of classes, for classification.', 2),
      parameters: count('Number of trainable parameters in the model.'),
    },
  },
  step: {
    summary: 'One optimizer step. Report every step: curves, diagnostics and the range test are drawn from them.',
    required: ['step', 'loss'],
    fields: {
      step: count('Number of the step, counted from 1 in every run.', 1),
      loss: measured('Mean training loss of the step, before the update.'),
      learning_rate: { description: 'Learning rate of the step, after schedule and warmup.', type: 'number', minimum: 0 },
      grad_norm: measured('Global L2 norm of the gradient before clipping.'),
      clipped: { description: 'Whether the gradient was clipped.', type: 'boolean' },
    },
  },
  evaluation: {
    summary: 'Metrics that the script computed itself. Reports label them as self-reported.',
    required: ['step', 'split', 'metrics'],
    fields: {
      step: count('Steps taken before it.'),
      epoch: { description: 'Epochs finished before it; fractions are allowed.', type: 'number', minimum: 0 },
      split: { description: 'The rows it was computed on: `train`, `validation` or `test`.', type: 'string', maxLength: 20 },
      metrics: {
        description: "Values by the script's names of the metrics. Null if a value is not finite.",
        type: 'object',
        maxProperties: 200,
        propertyNames: { minLength: 1, maxLength: 100 },
        additionalProperties: { type: ['number', 'null'] },
      },
    },
  },
  predictions: {
    summary: 'Predictions for every row of a split, always in the same order. The study computes all metrics from them.',
    required: ['split', 'step', 'file', 'kind'],
    fields: {
      split: { description: '`validation` or `test`.', type: 'string', maxLength: 20 },
      step: count('Steps taken before it.'),
      epoch: { description: 'Epochs finished before it; fractions are allowed.', type: 'number', minimum: 0 },
      file: path(
        'A .npy file (float32 or float64) in `output_dir`, as a path relative to it: [rows, classes or labels] for ' +
          '`logits` and `probabilities`, [rows] or [rows, 1] for `values`.',
      ),
      kind: {
        description: '`logits` or `probabilities` for classification and multi-label, `values` for regression.',
        enum: ['logits', 'probabilities', 'values'],
      },
      labels: path(
        'A .npy file in `output_dir` with the correct answers: class indices from 0 (integers), for multi-label ' +
          '[rows, labels] of 0 and 1, or numbers for `values`. They must be the same in every run of a study.',
      ),
    },
  },
  checkpoint: {
    summary:
      'A checkpoint from which the script can continue. A script that exits with 75 is started again from the last one.',
    required: ['step', 'path'],
    fields: {
      step: count('Steps taken before it.'),
      path: path('A file or folder in `output_dir`, as a path relative to it.'),
    },
  },
  memory: {
    summary: 'Peak memory of a probe, where the device has its own memory.',
    required: ['peak_mib'],
    fields: { peak_mib: { description: 'Most memory allocated so far, in MiB.', type: 'number', minimum: 0 } },
  },
  throughput: {
    summary: 'Speed of a probe, without loading and compiling.',
    required: ['examples', 'seconds'],
    fields: {
      examples: count('Examples that were trained on.', 1),
      seconds: { description: 'Time that it took.', type: 'number', exclusiveMinimum: 0 },
    },
  },
  end: {
    summary: 'The last line of every run. A script that exits without it has crashed.',
    required: ['status'],
    fields: {
      status: {
        description:
          '`complete`; `diverged` if the loss is not finite; `out-of-memory`; `unsupported` if the script cannot do what was asked.',
        enum: ['complete', 'diverged', 'out-of-memory', 'unsupported'],
      },
      reason: text('Why, for the report.', 4000),
      weights_sha256: {
        description: 'SHA-256 of the final weights, so that equal models are recognized.',
        type: 'string',
        pattern: '^[0-9a-f]{64}$',
      },
    },
  },
} as const

export type EventType = keyof typeof events
export const eventTypes = Object.keys(events) as readonly EventType[]

/** The JSON Schema of one line of the events file, composed from the parts above. */
export function eventSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:tunegate:schema:trainer-event:1',
    title: 'Trainer event',
    description:
      'One line of the file that TUNEGATE_EVENTS names: what a training script reports to the study. Unknown types and fields are ignored.',
    type: 'object',
    required: ['type'],
    properties: { type: { description: 'What the line reports.', type: 'string', maxLength: 100 } },
    allOf: eventTypes.map((type) => ({
      anyOf: [{ properties: { type: { not: { const: type } } } }, { $ref: `#/$defs/${type}` }],
    })),
    $defs: Object.fromEntries(
      eventTypes.map((type) => {
        const { summary, required, fields } = events[type]
        return [
          type,
          { title: type, description: summary, type: 'object', required, properties: { type: { const: type }, ...fields } },
        ]
      }),
    ),
  }
}
