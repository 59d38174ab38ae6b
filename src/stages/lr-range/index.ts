import type { LrRange } from '../../dsl/tuning.gen.ts'
import type { ReportProblem, StageDefinition } from '../definition.ts'
import { sweptSteps, training } from '../estimate.ts'
import { listSchema, seedsSchema } from '../schema.ts'
import { confirmedRates } from './find-rate.ts'
import { findLearningRate } from './process.ts'
import { defaults, rangeTestSettings, type LrRangeSettings } from './settings.ts'

const rate = { $ref: '#/$defs/rate' }
const belowOne = { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }

/** Finds the learning rate. Training is most sensitive to this lever, so it comes first. */
export const lrRange: StageDefinition<LrRangeSettings, LrRange> = {
  name: 'lr-range',
  schema: {
    summary: 'Finds the learning rate with range tests and confirms a rate below the edge.',
    key: 'lrRange',
    description: 'Settings of a learning-rate range test.',
    properties: {
      from: { title: 'From', description: 'First learning rate of the sweep.', ...rate, default: defaults.from },
      to: { title: 'To', description: 'Last learning rate of the sweep.', ...rate, default: defaults.to },
      steps: {
        title: 'Steps',
        description: 'Steps of the sweep.',
        type: 'integer',
        minimum: 50,
        maximum: 100000,
        default: defaults.steps,
      },
      seeds: seedsSchema('Number of sweeps, each with its own seed.', defaults.seeds),
      backOff: listSchema(
        'Back-off',
        'Shares of the edge to try.',
        belowOne,
        { minItems: 1, maxItems: 16, uniqueItems: true },
        defaults.backOff,
      ),
      confirmLength: {
        title: 'Confirmation length',
        description: 'Length of a confirmation run as a share of a full run.',
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1,
        default: defaults.confirmLength,
      },
      confirmSeeds: seedsSchema('Seeds of each confirmation.', defaults.confirmSeeds, 'Confirmation seeds'),
    },
  },
  tunes: 'optimization',
  needs: ['learningRate'],
  charts: [{ ids: ['range-test'] }],
  normalize: (written) => rangeTestSettings(written),
  check: (settings, _written, _context, report) => checkSweep(settings, [], report),
  comparisonSeeds: ({ confirmSeeds }) => ({ key: 'confirmSeeds', seeds: confirmSeeds }),
  /** Sweeps, then short runs with the previous rate and the backed-off ones. */
  estimate({ backOff, steps, seeds, confirmSeeds, confirmLength }, study) {
    return [
      {
        id: 'sweep',
        title: 'range test',
        job: 'range-test',
        varies: [],
        trials: 1,
        seeds,
        stepsPerRun: sweptSteps(study, steps),
        condition: null,
      },
      training(study, {
        id: 'ladder',
        title: `incumbent, edge ${backOff.map((share) => `×${short(share)}`).join(', ')}`,
        varies: [{ lever: 'learningRate', values: null }],
        trials: 1 + backOff.length,
        seeds: 1,
        share: confirmLength,
      }),
      training(study, {
        id: 'confirm',
        title: `incumbent, ${Math.min(confirmedRates, backOff.length)} of them`,
        varies: [{ lever: 'learningRate', values: null }],
        trials: 1 + Math.min(confirmedRates, backOff.length),
        seeds: confirmSeeds,
        share: confirmLength,
        condition: "if a rate trains better than the incumbent's",
      }),
    ]
  },
  process: findLearningRate,
}

/** @param at the place of the range test within the settings */
export function checkSweep({ from, to }: LrRangeSettings, at: readonly string[], report: ReportProblem): void {
  if (from < to) return
  const found = `from ${from} to ${to}`
  report('range-reversed', [...at, 'from'], 'the range is reversed', { found, allowed: 'from below to' })
}

const short = (share: number): string => String(Number(share.toPrecision(3)))
