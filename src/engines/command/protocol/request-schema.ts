import { modes, trainerProtocol } from './event-schema.ts'

const seed = (description: string): object => ({ description, type: 'integer', minimum: 0, maximum: 2147483647 })
const rate = (description: string): object => ({ description, type: 'number', exclusiveMinimum: 0 })

/** The JSON Schema of the file that TUNEGATE_RUN_FILE names: one request of a study to a training script. */
export function requestSchema() {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:tunegate:schema:trainer-request:1',
    title: 'Trainer request',
    description:
      'The file that TUNEGATE_RUN_FILE names: what a study asks a training script to do. Later versions of protocol 1 may add fields; ignore those that you do not know.',
    type: 'object',
    required: ['protocol', 'id', 'mode', 'seed', 'seeds', 'levers', 'output_dir'],
    properties: {
      protocol: { description: 'Version of the protocol.', const: trainerProtocol },
      id: { description: 'Id of the run: the same work has the same id.', type: 'string', maxLength: 64 },
      mode: {
        description:
          '`describe`: report `hello` and exit. `train`: train and evaluate. `range`: sweep the learning rate. `probe`: a few steps for memory and speed.',
        enum: modes,
      },
      seed: seed('Seed of the run. Runs with the same seed and levers must train the same.'),
      seeds: {
        description: 'Independent seeds derived from `seed`, for scripts that seed their parts separately.',
        type: 'object',
        required: ['init', 'order', 'dropout', 'augmentation'],
        properties: {
          init: seed('Seed of the initial weights.'),
          order: seed('Seed of the order of the rows.'),
          dropout: seed('Seed of dropout.'),
          augmentation: seed('Seed of augmentation.'),
        },
      },
      levers: {
        description: "Values of the hyperparameters that the spec maps, by the script's names. Empty for `describe`.",
        type: 'object',
        additionalProperties: { type: ['number', 'string', 'boolean', 'null'] },
      },
      epochs: {
        description:
          'Epochs of the whole run; the schedule ends there. It is already shortened for a short run. Absent in every mode but `train`.',
        type: 'integer',
        minimum: 1,
      },
      stop_after: {
        description: 'Epochs after which to stop and report, without shortening the schedule. Null to train all epochs.',
        type: ['integer', 'null'],
        minimum: 1,
      },
      test: {
        description:
          'Whether to report the split `test`. Only the verification asks for it; do not read test data otherwise.',
        type: 'boolean',
        default: false,
      },
      range: {
        description:
          'Only for the mode `range`: the rate of step i, counted from 0, is from × (to / from)^(i / (steps − 1)), for all ' +
          'parameter groups in their own proportions, without schedule and warmup. Report every step.',
        type: 'object',
        required: ['from', 'to', 'steps'],
        properties: {
          from: rate('Learning rate of the first step.'),
          to: rate('Learning rate of the last step.'),
          steps: { description: 'Number of steps.', type: 'integer', minimum: 2 },
        },
      },
      probe: {
        description:
          'Only for the mode `probe`: train this many steps of the whole loop, then report `throughput`, and `memory` on a device with its own memory.',
        type: 'object',
        required: ['steps'],
        properties: { steps: { description: 'Number of steps.', type: 'integer', minimum: 1 } },
      },
      resume: {
        description:
          'A checkpoint of this run to continue from: the path that it reported, relative to `output_dir`. Null to start anew.',
        type: ['string', 'null'],
      },
      output_dir: {
        description: 'An empty folder of this run for predictions and checkpoints. It is deleted when the run ends.',
        type: 'string',
      },
    },
  }
}
