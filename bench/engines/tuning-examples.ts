// What tuning.ts can time: two of the examples, and a small study of texts that are made here.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stream } from '../../src/base/random.ts'
import { root } from '../../test/support/architecture.ts'

export interface TunedExample {
  /** The path of its spec. What has to be written for it goes into the scratch folder. */
  readonly spec: (scratch: string) => string
  /** How far the mean validation accuracy of the verified runs may be from a peer's. */
  readonly tolerance: number
  /** The peers that can train its model. */
  readonly peers: readonly PeerName[]
}

/** A library under Optuna, with the module that trains by it and what is asked for: its processor time over ours. */
export const peers = {
  PyTorch: { module: 'tuning_torch', goal: 4 },
  JAX: { module: 'tuning_jax', goal: 1.5 },
} as const
export type PeerName = keyof typeof peers
export const isPeer = (name: string): name is PeerName => name in peers

const committed = (name: string) => (): string => join(root, 'examples', name, 'tuning.yml')

export const examples: Readonly<Record<string, TunedExample>> = {
  // JAX takes 9 steps a second of such a convolution on a processor.
  digits: { spec: committed('digits'), tolerance: 0.02, peers: ['PyTorch'] },
  // With about 44 validation rows, one row is 0.023.
  wine: { spec: committed('wine'), tolerance: 0.05, peers: ['PyTorch', 'JAX'] },
  text: { spec: writeTexts, tolerance: 0.02, peers: ['PyTorch', 'JAX'] },
}

const topics = ['art', 'law', 'sea', 'war']
const rows = 2000
/** Words that a text may have; a few more than the model reads. */
const words = 2400
/** Share of the words of a text that tell of its topic. */
const telling = 0.25

const textSpec = `version: 1
name: text
task: classification
preset: text

data:
  source: texts.csv
  target: topic
  inputs: { text: text, tokenizer: word, vocabulary: 2000, length: 48 }
  split: { validation: 0.2, test: 0.2, stratify: true }

model:
  layers:
    - embedding: { inputDim: vocabulary, outputDim: 32 }
    - globalAveragePooling1d
    - dense: { units: 32, activation: relu }
    - dropout
    - dense: { units: classes }

levers:
  optimization: { optimizer: adamw, learningRate: 0.003 }
  batching: { batchSize: 32 }
  regularization: { weightDecay: 0.01, dropout: 0.2, labelSmoothing: 0 }
  scheduling: { schedule: cosine, warmupSteps: 50, clipNorm: 1.0, epochs: 20 }

stages:
  - lr-range
  - batch: { largest: 128, goal: speed }
  - regularize: { grid: { weightDecay: [0.01, 0.1, 1], dropout: [0.2, 0.35, 0.5] } }
  - schedule: { schedules: [linear, constant], warmupFractions: [0, 0.1], clipPercentiles: [0.9], seeds: 2 }
  - verify: { seeds: 5 }

gates:
  - seed-variance: { metric: accuracy, maxStd: 0.05 }
  - threshold: { metric: accuracy, split: test, min: 0.7 }

budget: { minutes: 10, trials: 200 }
`

/** Five letters that no other number has. */
const word = (number: number): string =>
  Array.from({ length: 5 }, (_, place) => String.fromCharCode(97 + (Math.floor(number / 7 ** place) % 7))).join('')

/** Texts of 24 to 60 words, the frequent ones first by a power law; a few words belong to the topic. The same each time. */
function writeTexts(scratch: string): string {
  const random = stream(7, 'tuned texts')
  const lines = Array.from({ length: rows }, () => {
    const topic = random.integer(topics.length)
    const text = Array.from({ length: 24 + random.integer(37) }, () => {
      const number = Math.floor(words ** random.uniform())
      return word(random.uniform() < telling ? number - (number % topics.length) + topic : number)
    })
    return `${topics[topic]},${text.join(' ')}`
  })
  writeFileSync(join(scratch, 'texts.csv'), `topic,text\n${lines.join('\n')}\n`)
  const path = join(scratch, 'text.yml')
  writeFileSync(path, textSpec)
  return path
}
