const name = { type: 'string', minLength: 1, maxLength: 100, pattern: '^[^\\s=]+$' }
const globs = { type: 'array', items: { type: 'string', minLength: 1, maxLength: 500 }, maxItems: 100, uniqueItems: true }
const names = (title: string, description: string, example: object): object => ({
  title,
  description,
  type: 'object',
  additionalProperties: name,
  propertyNames: { maxLength: 100 },
  maxProperties: 100,
  default: example,
})
const time = (title: string, description: string, text: string): object => ({
  title,
  description: `${description} In seconds, or as \`30s\`, \`5m\` or \`2h\`.`,
  type: ['string', 'number'],
  pattern: '^[0-9]+(\\.[0-9]+)?[smh]$',
  exclusiveMinimum: 0,
  maximum: 604800,
  default: text,
})

/** The section `trainer` of a spec, as definitions of its schema: by name, what heads each and its settings. */
export const trainerDefinitions = {
  trainer: {
    head: {
      title: 'Trainer',
      description: 'A training script of your own, which takes the place of data and model. See docs/trainer.md.',
    },
    required: ['command'],
    properties: {
      command: {
        title: 'Command',
        description:
          'Program and arguments, run in the folder of the spec without a shell. ${args}, ${args_no_hyphens}, ${args_json} and ${run_file} are replaced.',
        type: 'array',
        items: { type: 'string', minLength: 1, maxLength: 4096 },
        minItems: 1,
        maxItems: 200,
        default: ['python', 'train.py', '${args}'],
      },
      files: {
        title: 'Files',
        description:
          'Globs of the files that decide what the script trains: its modules, configuration and package lock files. Default: arguments of the command that are files, and package lock files beside the spec.',
        ...globs,
        default: ['train.py'],
      },
      data: {
        title: 'Data files',
        description:
          'Globs of data files whose content identifies what the metrics are measured on. A change of them makes a lock incomparable.',
        ...globs,
        default: [],
      },
      levers: names('Levers', "The script's name of each lever that it takes. All other levers are fixed.", {
        learningRate: 'lr',
      }),
      seed: {
        title: 'Seed',
        description: "The script's name of its seed, if ${args} should pass it.",
        ...name,
        default: 'seed',
      },
      metrics: names('Metrics', "The script's names of the metrics that it reports itself. Not needed with predictions.", {
        accuracy: 'val_acc',
      }),
      env: {
        title: 'Environment',
        description: 'Environment variables that the script gets. Tokens and variables of the runner are refused.',
        type: 'array',
        items: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$', maxLength: 200 },
        maxItems: 100,
        uniqueItems: true,
        default: [],
      },
      timeout: { title: 'Timeouts', description: 'Limits of one run.', $ref: '#/$defs/trainerTimeout', default: {} },
      deterministic: {
        title: 'Determinism',
        description:
          'Whether to train a few steps twice and compare: check records the result, require makes a difference an error.',
        enum: ['check', 'require', 'off'],
        default: 'check',
      },
    },
  },
  trainerTimeout: {
    head: { title: 'Timeouts', description: 'Limits of one run of the script.' },
    required: [],
    properties: {
      start: time('Start', 'From the start to the first line that the script reports.', '2m'),
      silence: time('Silence', 'Between two lines.', '10m'),
      run: time('Run', 'The whole run.', '6h'),
    },
  },
} as const
