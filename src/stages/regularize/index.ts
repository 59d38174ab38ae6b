import { didYouMean } from '../../base/diagnostics.ts'
import type { Grid, Regularize } from '../../dsl/tuning.gen.ts'
import type { TrialTemplate } from '../../records/plan.ts'
import type { SpecContext, StageDefinition } from '../definition.ts'
import type { Study } from '../estimate.ts'
import { comparedSeeds, exploreSchema, listSchema, seedsSchema } from '../schema.ts'
import { searchTemplates } from '../search-estimate.ts'
import { searchGrid } from './process.ts'
import { customLever, isCustom, type LeverName, type LeverValue } from '../../records/levers.ts'
import { gridLevers, inOrder, type Axis, type GridLever, type RegularizeSettings } from './settings.ts'
import { configurations, rateFactors } from '../configurations.ts'

const share = { $ref: '#/$defs/share' }
const strength = { type: 'number', minimum: 0, maximum: 1 }
const someValues = { minItems: 1, maxItems: 20, uniqueItems: true }

/** Values of one lever. Those given here are an example: a grid crosses the levers that it names. */
const valuesSchema = (title: string, description: string, items: object, example: readonly number[]): object => ({
  ...listSchema(title, description, items, someValues, example),
  examples: [example],
})

const defaults = { explore: 7, beyond: 3, seeds: 4 }

/** Explores combinations of regularization levers, with the learning rate. */
export const regularize: StageDefinition<RegularizeSettings, Regularize> = {
  name: 'regularize',
  schema: {
    summary: 'Tries combinations of regularization levers near the incumbent and confirms the best under other seeds.',
    description: 'Settings of the regularization stage.',
    properties: {
      grid: {
        title: 'Grid',
        description:
          "Values to cross, lever by lever; the baseline's own value is always among them. " +
          "Left out or empty: the preset's grid.",
        $ref: '#/$defs/grid',
        default: {},
      },
      explore: exploreSchema(
        'Number of configurations to try once each; all combinations of the grid if they are fewer.',
        defaults.explore,
      ),
      beyond: {
        title: 'Beyond the ends',
        description:
          'How often values beyond the ends of the grid are tried, where the best configuration so far lies at an end. A ' +
          `round that does no better is the last. Default: ${defaults.beyond} with the preset's grid, 0 with a grid in the spec.`,
        type: 'integer',
        minimum: 0,
        maximum: 20,
        default: defaults.beyond,
      },
      eta: {
        title: 'Eta',
        description: 'No effect. Earlier versions pruned the grid by successive halving.',
        type: 'integer',
        minimum: 2,
        maximum: 10,
        default: 3,
      },
      seeds: seedsSchema(comparedSeeds, defaults.seeds),
    },
    definitions: {
      grid: {
        title: 'Grid',
        description: 'Values by lever. A name of levers.custom is a lever too.',
        others: { type: 'array', items: { type: ['number', 'string', 'boolean'], maxLength: 200 }, ...someValues },
        properties: {
          weightDecay: valuesSchema('Weight decay', 'Values of weight decay.', strength, [0.01, 0.03, 0.1]),
          dropout: valuesSchema('Dropout', 'Values of the dropout lever.', share, [0, 0.1, 0.2]),
          labelSmoothing: valuesSchema('Label smoothing', 'Values of label smoothing.', share, [0, 0.1]),
          augmentation: valuesSchema('Augmentation strength', 'Strengths of augmentation.', strength, [0, 0.5, 1]),
        },
      },
    },
  },
  tunes: 'regularization',
  tunesCustom: true,
  movesTogether: 'each with its own share of the gain',
  charts: [{ ids: ['grid', 'sensitivity'] }],
  normalize: ({ grid = {}, explore = defaults.explore, beyond, seeds = defaults.seeds }, context) => ({
    stage: 'regularize',
    grid: normalizeGrid(grid, context),
    explore,
    beyond: beyond ?? (isWritten(grid) ? 0 : defaults.beyond),
    seeds,
  }),
  /** Only a grid in the spec can name a lever without effect; a preset's grid omits it. */
  check(_settings, { grid = {} }, { idle, levers: { custom = {} } }, report) {
    for (const key of Object.keys(grid)) {
      const lever = leverOf(key)
      if (isCustom(lever) && custom[key] === undefined) {
        const allowed = [...gridLevers, ...Object.keys(custom)]
        const meant = didYouMean(key, allowed)
        report('unknown-key', ['grid', key], 'the grid has no lever with this name', {
          found: key,
          allowed: allowed.join(', '),
          hint:
            meant === undefined
              ? 'a lever of a training script needs a value under levers.custom'
              : `did you mean "${meant}"?`,
        })
        continue
      }
      const why = idle(lever)
      if (why !== undefined) report('lever-without-effect', ['grid', key], `${key} has no effect: ${why}`)
    }
  },
  comparisonSeeds: ({ seeds }) => ({ key: 'seeds', seeds }),
  tries: ({ grid }) => grid,
  estimate,
  gridRuns: (templates) => templates.filter((t) => t.id === 'explore').reduce((sum, t) => sum + t.trials * t.seeds, 0),
  process: searchGrid,
}

/**
 * The values to cross, ascending, including the baseline's own. All of the spec's values are kept. Of the preset's, the
 * value nearest to the baseline's own is replaced by it, so that the grid does not outgrow the preset. The preset's grid
 * omits levers without effect; in the spec's grid they are an error that `check` finds.
 */
function normalizeGrid(grid: Grid, { levers, preset, idle, known }: SpecContext): Axis[] {
  const written = isWritten(grid)
  const standard = gridLevers.flatMap((lever) => {
    const own = levers.regularization[lever]
    const values = written ? grid[lever] : idle(lever) === undefined ? preset.grid[lever] : undefined
    if (values === undefined || values.length === 0) return []
    if (!known(lever)) return [{ lever, values: inOrder(values) }]
    return [{ lever, values: inOrder(written || values.includes(own) ? [own, ...values] : around(own, values)) }]
  })
  const custom = Object.keys(levers.custom ?? {}).flatMap((name) => {
    const values: readonly LeverValue[] = (grid as Readonly<Record<string, readonly LeverValue[]>>)[name] ?? []
    return values.length === 0
      ? []
      : [{ lever: customLever(name), values: inOrder([levers.custom?.[name] ?? null, ...values]) }]
  })
  return [...standard, ...custom]
}

/** Whether the spec has a grid of its own. */
const isWritten = (grid: Grid): boolean => Object.keys(grid).length > 0

/** The lever that a key of a grid names. */
const leverOf = (key: string): LeverName => gridLevers.find((lever: GridLever) => lever === key) ?? customLever(key)

function around(own: number, values: readonly number[]): number[] {
  const nearest = values.reduce((best, v) => (Math.abs(v - own) < Math.abs(best - own) ? v : best))
  return values.map((v) => (v === nearest ? own : v))
}

function estimate({ grid, explore, beyond, seeds }: RegularizeSettings, study: Study): TrialTemplate[] {
  if (grid.length === 0) return []
  const varies = [...grid, { lever: 'learningRate', values: null } as const]
  const sizes = [...grid.map(({ values }) => values.length), 1 + rateFactors.length]
  return searchTemplates(study, {
    varies,
    configurations: configurations(sizes, explore),
    further: { id: 'beyond', title: 'values beyond the ends of the grid', trials: beyond },
    parts: varies.length,
    seeds,
  })
}
