import type { ModelSize } from '../dsl/tuning.gen.ts'
import type { GateRule } from '../records/gates.ts'
import type { GateDefinition } from './definition.ts'
import type { GateEvidence } from './evidence.ts'
import { inconclusive, type Finding } from './finding.ts'
import type { PowerProblem, StudyDesign } from './power.ts'
import { shared } from './schema.ts'
import { withoutBaseline } from './missing-data.ts'
import { shown, signed, timesBaseline } from './words.ts'

/** The model has at most this many times the baseline's trainable parameters. They are counted, not estimated. */
export interface ModelSizeRule extends GateRule {
  readonly gate: 'model-size'
  readonly maxRatio: number
}

/** What rounding may add to a limit, such as 1.15 times 100. */
const rounding = 1 + 1e-9

/**
 * Tests that the model has at most `maxRatio` times the baseline's trainable parameters. Both are counted, so there is no
 * noise and no interval, and the answer is known before training.
 */
export const modelSize: GateDefinition<ModelSizeRule, ModelSize> = {
  name: 'model-size',
  schema: {
    summary: "The number of trainable parameters stays within a multiple of the baseline's.",
    example: { maxRatio: 1 },
    description: 'Rule of the model-size gate. Parameters are counted, so the result is known before training.',
    required: ['maxRatio'],
    properties: {
      maxRatio: {
        title: 'Ratio',
        description: "Maximum number of trainable parameters, as a multiple of the baseline's.",
        type: 'number',
        exclusiveMinimum: 0,
        default: 1,
      },
      onInconclusive: shared.onInconclusive,
    },
  },
  decidedByPlan: true,
  rules: ({ maxRatio, onInconclusive = 'fail' }) => [{ gate: 'model-size', onInconclusive, maxRatio }],
  needsBaseline: () => true,
  measures: () => null,
  subject: () => 'model size',
  neutral: () => 1,
  limitKey: () => 'maxRatio',
  judge: (rule, evidence) => ({
    limit: rule.maxRatio,
    sides: { candidate: [], baseline: null },
    finding: decide(rule, evidence),
  }),
  powerCheck,
  question: ({ maxRatio }) => `Does the model have at most ${shown(maxRatio)} times as many parameters as the baseline's?`,
  passingLimits: (_, { upper }) => `This model would pass with any limit at or above ${signed(upper)}.`,
  requirement: ({ maxRatio }) => `at most ${timesBaseline(maxRatio)}`,
  planLimit: ({ maxRatio }) => `at most ${maxRatio} × the baseline's`,
  seedDots: () => [],
  seedDotsCaption: '',
}

/** Parameters are counted, so the verdict is known now. A pass needs no message. */
function powerCheck(rule: ModelSizeRule, { baseline, parameters }: StudyDesign): PowerProblem | null {
  if (!baseline || !('source' in baseline)) return null
  const { status, sentence, remedy } = decide(rule, { candidate: [], baseline, missingBaselineReason: null, parameters })
  if (status === 'pass') return null
  return {
    code: status === 'fail' ? 'fails-already' : 'not-comparable',
    found: sentence,
    message: `the model-size gate ${status === 'fail' ? 'fails whatever is trained' : 'will be inconclusive'}`,
    hint: remedy ?? 'make the model smaller, or raise the limit',
  }
}

function decide({ maxRatio }: ModelSizeRule, evidence: GateEvidence): Finding {
  const { baseline, parameters } = evidence
  if (baseline === null) return withoutBaseline(null, evidence)
  const before = baseline.parameters
  if (parameters === undefined || before === undefined) {
    const whose = before === undefined ? `The baseline (${baseline.source}) does not say` : 'It is not known'
    return inconclusive(`${whose} how many parameters its model has.`, 'Write the lock anew with a run of this version.')
  }
  const ratio = parameters / before
  if (!(before > 0 && Number.isFinite(ratio))) {
    return inconclusive(`A ratio of ${parameters} to ${before} parameters is meaningless.`, "Check the baseline's model.")
  }
  const passes = parameters <= before * maxRatio * rounding
  return {
    status: passes ? 'pass' : 'fail',
    sentence:
      `The model has ${sizeOf(parameters)}, the baseline (${baseline.source}) ${sizeOf(before)}: ${shown(ratio)} times as many, ` +
      `${passes ? 'at or below' : 'above'} the limit ${shown(maxRatio)}. Both are exact, so seeds cannot change this.`,
    estimate: { what: 'ratio of model sizes', value: ratio, lower: ratio, upper: ratio, level: 1 },
    remedy: null,
    notes: [],
  }
}

/** `12,345 trainable parameters (48.2 KiB)`; each is a single-precision number of four bytes. */
function sizeOf(parameters: number): string {
  const bytes = 4 * parameters
  const size =
    bytes < 1024 ? `${bytes} bytes` : bytes < 1024 ** 2 ? `${shown(bytes / 1024)} KiB` : `${shown(bytes / 1024 ** 2)} MiB`
  return `${String(parameters).replace(/\B(?=(\d{3})+$)/g, ',')} trainable parameters (${size})`
}
