import type { Batch } from '../../dsl/tuning.gen.ts'
import type { TrialTemplate } from '../../records/plan.ts'
import type { StageDefinition } from '../definition.ts'
import { training, type Study } from '../estimate.ts'
import { checkSweep, lrRange } from '../lr-range/index.ts'
import { rangeTestSettings } from '../lr-range/settings.ts'
import { seedsSchema } from '../schema.ts'
import { secondLook } from '../search-estimate.ts'
import { chooseBatch } from './process.ts'
import { confirmedBatches, rateShares, sizesToProbe, smallerSizes, type BatchSettings } from './settings.ts'

const defaults = {
  largest: 512,
  scaling: 'auto',
  memoryMiB: 2048,
  probeSteps: 100,
  seeds: 4,
  goal: 'quality',
  recheck: true,
} as const

/** Finds the batch: for quality the size that trains best, for speed the largest that is not worse. */
export const batch: StageDefinition<BatchSettings, Batch> = {
  name: 'batch',
  schema: {
    summary:
      'Tries smaller and larger batches with scaled learning rates; for speed it takes the largest that is not worse.',
    description: 'Settings of the batch stage.',
    properties: {
      largest: {
        title: 'Largest batch',
        description: "Batches are doubled up to this size. Default: 512, or the baseline's batch size if that is larger.",
        type: 'integer',
        minimum: 1,
        maximum: 65536,
        default: defaults.largest,
      },
      goal: {
        title: 'Goal',
        description:
          'quality: another size must beat the batch by more than noise. speed: the largest size is taken unless it is ' +
          'worse by more than noise, and the report says what it costs.',
        enum: ['quality', 'speed'],
        default: defaults.goal,
      },
      scaling: {
        title: 'Scaling',
        description:
          'How the learning rate follows the batch: by the factor or its square root; auto is linear for SGD ' +
          'and sqrt for the Adam family.',
        enum: ['auto', 'linear', 'sqrt'],
        default: defaults.scaling,
      },
      memoryMiB: {
        title: 'Memory',
        description: "Memory limit of the probe's own process, in MiB.",
        type: 'integer',
        minimum: 64,
        maximum: 1048576,
        default: defaults.memoryMiB,
      },
      probeSteps: {
        title: 'Probe steps',
        description: 'Number of steps to measure throughput and gradient noise.',
        type: 'integer',
        minimum: 5,
        maximum: 10000,
        default: defaults.probeSteps,
      },
      seeds: seedsSchema(
        'Seeds of the comparison with the incumbent. For quality, a size that nearly wins has as many again.',
        defaults.seeds,
      ),
      recheck: {
        title: 'Recheck',
        description:
          'A range test after a change of batch. true: the settings of lr-range, but lighter (2 sweeps, shares ' +
          '0.5 and 0.2); false: none.',
        default: defaults.recheck,
        anyOf: [{ type: 'boolean' }, { $ref: '#/$defs/lrRange' }],
      },
    },
  },
  tunes: 'batching',
  needs: ['batchSize', 'learningRate'],
  probes: true,
  movesTogether: 'as the scaling rule requires',
  charts: [{ ids: ['throughput', 'memory', 'range-test-recheck'] }],
  normalize(written, { levers, known, written: listed }) {
    const { scaling, memoryMiB, probeSteps, seeds, goal, recheck } = { ...defaults, ...written }
    const own = known('batchSize') ? levers.batching.batchSize : 1
    const { largest = Math.max(defaults.largest, own) } = written
    const lighter = { ...rangeTestSettings(listed[lrRange.name] ?? {}), seeds: 2, backOff: [0.5, 0.2] }
    return {
      stage: 'batch',
      largest,
      scaling,
      memoryMiB,
      probeSteps,
      seeds,
      goal,
      recheck: recheck === false ? null : rangeTestSettings(recheck === true ? {} : recheck, lighter),
    }
  },
  check({ largest, recheck }, written, { levers, known }, report) {
    const { batchSize } = levers.batching
    if (known('batchSize') && largest < batchSize) {
      report('range-reversed', ['largest'], 'the largest batch is below the baseline batch', {
        found: String(largest),
        allowed: `at least the batchSize of ${batchSize}`,
      })
    }
    // A recheck that is only switched on uses the range of lr-range, which is checked there.
    if (recheck && typeof written.recheck === 'object') checkSweep(recheck, ['recheck'], report)
  },
  comparisonSeeds: ({ seeds }) => ({ key: 'seeds', seeds }),
  estimate,
  process: chooseBatch,
}

/** Probes of doubled sizes, other sizes compared with the incumbent, and the recheck of the learning rate. */
function estimate(settings: BatchSettings, study: Study): TrialTemplate[] {
  const sizes = sizesToProbe(study.baseline.batching, settings, study.workload)
  const probes: TrialTemplate = {
    id: 'probe',
    title: 'probe',
    job: 'probe',
    varies: [{ lever: 'batchSize', values: sizes }],
    trials: sizes.length,
    seeds: 1,
    stepsPerRun: settings.probeSteps,
    condition: null,
  }
  const larger = sizes.slice(1)
  const smaller = settings.goal === 'quality' ? smallerSizes(study.baseline.batching) : []
  if (larger.length + smaller.length === 0) return [probes]
  const varies = [
    { lever: 'batchSize', values: [...smaller, ...larger] },
    { lever: 'learningRate', values: null },
  ] as const
  // A smaller batch takes more steps for the same epochs.
  const most = Math.max(1, ...smaller.map((size) => study.baseline.batching.batchSize / size))
  const tries = 1 + smaller.length + Math.min(1, larger.length)
  const compare =
    settings.goal === 'speed'
      ? [
          training(study, {
            id: 'compare',
            title: `incumbent, larger batch at rate ${rateShares.map((share) => `×${share}`).join(', ')}`,
            varies,
            trials: 1 + rateShares.length,
            seeds: settings.seeds,
            condition: 'if a larger batch fits',
          }),
        ]
      : [
          training(study, { id: 'sizes', title: 'incumbent, other sizes', varies, trials: tries, seeds: 1, share: most }),
          training(study, {
            id: 'confirm',
            title: `incumbent, the best ${confirmedBatches} of them`,
            varies,
            trials: 1 + confirmedBatches,
            seeds: settings.seeds,
            share: most,
            condition: 'if another size trains better',
          }),
          secondLook(study, varies, settings.seeds, most),
        ]
  if (larger.length === 0) return [probes, ...compare]
  const recheck = settings.recheck === null ? [] : lrRange.estimate(settings.recheck, study)
  return [
    probes,
    ...compare,
    ...recheck.map((t) => ({ ...t, id: `recheck-${t.id}`, title: `recheck, ${t.title}`, condition: 'if the batch grew' })),
  ]
}
