import { unreachable } from '../base/result.ts'
import type { LockedSeed } from '../records/lock.ts'
import { needsBaseline, type CalibrationRule, type GateRule, type MetricRule, type ModelSizeRule, type RegressionRule, type SeedVarianceRule, type SpreadRatioRule, type ThresholdRule } from '../records/gates.ts'
import { mean, sampleSd } from '../stats/describe.ts'
import { capSeeds, resolvableEffect, seedsNeeded, spreadRatioSeeds } from '../stats/power.ts'
import { lookAt, readSide, type BaselineEvidence, type Look } from './evidence.ts'
import { modelSize } from './model-size.ts'
import { shown } from './words.ts'

/** What can be said of a gate before a step is trained. */
export interface Foreseen {
  /** Position in the plan's gates. */
  readonly gate: number
  /** The setting of the gate that it is about. */
  readonly key: 'margin' | 'maxStd' | 'maxRatio' | 'min' | 'max'
  /** `below-noise`: its seeds will rarely settle it; `fails-already`, `not-comparable`: no seed will change it. */
  readonly code: 'below-noise' | 'fails-already' | 'not-comparable'
  readonly message: string
  readonly found: string
  readonly allowed?: string
  readonly hint: string
}

export interface Foresight {
  readonly rules: readonly GateRule[]
  /** Seeds of the verification, and the looks at them. */
  readonly seeds: number
  readonly looks: readonly number[]
  /** Trainable numbers in the model. */
  readonly parameters: number
  /** What the gates will be held against where it is fixed before the run, or why it cannot be; null where it is yet to be trained. */
  readonly baseline: BaselineEvidence | { readonly reason: string } | null
  /** Seeds that tell how noisy the metrics are, and where they are from; null where there are none. */
  readonly noise: { readonly source: string; readonly seeds: readonly LockedSeed[] } | null
}

/** A gate that its seeds settle in fewer than four cases of five disappoints; better said before they are trained. */
const power = 0.8

/** Gates that the declared seeds will rarely settle, going by the noise of the lock, and gates that are decided already. */
export function foresee(foresight: Foresight): Foreseen[] {
  const { rules, baseline } = foresight
  return rules.flatMap((rule, gate) => {
    if (baseline && 'reason' in baseline && needsBaseline(rule)) return notComparable(baseline.reason, rule, gate)
    return ofRule(rule, gate, foresight)
  })
}

function ofRule(rule: GateRule, gate: number, foresight: Foresight): Foreseen[] {
  switch (rule.gate) {
    case 'regression':
    case 'calibration':
      return ofMargin(rule, gate, foresight)
    case 'seed-variance':
      return 'maxRatio' in rule ? ofRatio(rule, gate, foresight) : ofCap(rule, gate, foresight)
    case 'threshold':
      return ofLevel(rule, gate, foresight)
    case 'training-time':
      return ofTime(gate, foresight)
    case 'model-size':
      return ofSize(rule, gate, foresight)
    default:
      return unreachable(rule, 'gate')
  }
}

const keyOf = (rule: GateRule): Foreseen['key'] => {
  if ('margin' in rule) return 'margin'
  if ('maxStd' in rule) return 'maxStd'
  if ('maxRatio' in rule) return 'maxRatio'
  return rule.min === null ? 'max' : 'min'
}

const notComparable = (reason: string, rule: GateRule, gate: number): Foreseen[] => [{
  gate, key: keyOf(rule), code: 'not-comparable', message: `the ${rule.gate} gate has nothing to compare with, and will be inconclusive`, found: reason,
  hint: 'retrain the baseline (--baseline retrain), or commit the lock of a new run',
}]

interface Noise { readonly sd: number; readonly values: readonly number[]; readonly words: string }

/** Undefined where the lock has too few values of the metric, or values without spread. */
function noiseOf(rule: MetricRule, { noise }: Foresight): Noise | undefined {
  const values = noise === null ? [] : readSide(noise.seeds, rule).values.map((v) => v.value)
  const sd = sampleSd(values)
  if (!(sd > 0)) return undefined
  return { sd, values, words: `the seed SD of ${rule.split} ${rule.metric} is ${shown(sd)} (${values.length} seeds of ${noise?.source})` }
}

const lookOf = ({ looks, seeds }: Foresight): Look => lookAt(looks, seeds)
const count = (n: number | undefined): string => (n === undefined ? 'more seeds than are affordable' : `${n} seeds a side`)

function ofMargin(rule: RegressionRule | CalibrationRule, gate: number, foresight: Foresight): Foreseen[] {
  const noise = noiseOf(rule, foresight)
  if (!noise) return []
  const { alpha } = lookOf(foresight)
  const needed = seedsNeeded({ effect: rule.margin, sd: noise.sd, alpha, power })
  const seeds = needed.kind === 'seeds' ? needed.seeds : undefined
  if (seeds !== undefined && seeds <= foresight.seeds) return []
  const least = resolvableEffect({ seeds: foresight.seeds, sd: noise.sd, alpha, power })
  return [{
    gate, key: 'margin', code: 'below-noise', message: `the margin of the ${rule.gate} gate is below what ${foresight.seeds} seeds can resolve`,
    found: `margin ${shown(rule.margin)}, ${shown(Number((rule.margin / noise.sd).toPrecision(2)))} times the noise: ${noise.words}`,
    allowed: `${count(seeds)}${least === undefined ? '' : `, or a margin of ${shown(Number(least.toPrecision(2)))} with ${foresight.seeds}`}, settle it in 4 cases of 5`,
    hint: `raise the seeds of verify or the margin${rule.paired ? '; paired by seed it may need fewer' : ''}`,
  }]
}

function ofCap(rule: SeedVarianceRule, gate: number, foresight: Foresight): Foreseen[] {
  const noise = noiseOf(rule, foresight)
  if (!noise) return []
  const seeds = capSeeds({ sd: noise.sd, cap: rule.maxStd, alpha: lookOf(foresight).spreadAlpha, power })
  if (seeds !== undefined && seeds <= foresight.seeds) return []
  return [{
    gate, key: 'maxStd', code: 'below-noise', message: `the cap of the seed-variance gate is too near the noise for ${foresight.seeds} seeds to tell`,
    found: `cap ${shown(rule.maxStd)}; ${noise.words}`,
    allowed: noise.sd >= rule.maxStd ? `a cap above ${shown(noise.sd)}` : `${count(seeds).replace(' a side', '')} settle it in 4 cases of 5`,
    hint: 'raise the seeds of verify or the cap',
  }]
}

/** Needs no noise: where both sides vary alike, the ratio is 1 whatever the spread. */
function ofRatio({ maxRatio }: SpreadRatioRule, gate: number, foresight: Foresight): Foreseen[] {
  const { baseline, seeds: declared } = foresight
  const fixed = baseline && 'runs' in baseline ? { fixed: baseline.runs.filter((r) => r.status === 'complete').length } : {}
  const seeds = spreadRatioSeeds({ distance: maxRatio, alpha: lookOf(foresight).spreadAlpha, power, ...fixed })
  if (seeds !== undefined && seeds <= declared) return []
  const against = 'fixed' in fixed ? ` against the ${fixed.fixed} of the baseline` : ' a side'
  return [{
    gate, key: 'maxRatio', code: 'below-noise', message: `the limit of the seed-variance gate is below what ${declared} seeds can tell of a ratio`,
    found: `at most ${shown(maxRatio)} times the baseline's spread, by ${declared} seeds${against}`,
    allowed: maxRatio <= 1 ? 'a limit above 1: an equal spread does not pass this one'
      : seeds === undefined ? 'a wider limit, or a baseline of more seeds' : `${seeds} seeds${against} settle it in 4 cases of 5 where the spreads are equal`,
    hint: 'raise the seeds of verify or the limit',
  }]
}

/** Where the lock's own mean lies on the right side, but too near. On the wrong side the change may be what is to mend it. */
function ofLevel(rule: ThresholdRule, gate: number, foresight: Foresight): Foreseen[] {
  const noise = noiseOf(rule, foresight)
  const limit = rule.min ?? rule.max
  if (!noise || limit === null) return []
  const level = mean(noise.values)
  const distance = rule.min === null ? limit - level : level - limit
  if (distance <= 0) return []
  const needed = seedsNeeded({ effect: distance, sd: noise.sd, alpha: lookOf(foresight).alpha, power, paired: true })
  const seeds = needed.kind === 'seeds' ? needed.seeds : undefined
  if (seeds !== undefined && seeds <= foresight.seeds) return []
  return [{
    gate, key: keyOf(rule), code: 'below-noise', message: `the level of the threshold gate is too near for ${foresight.seeds} seeds to tell`,
    found: `${rule.min === null ? 'at most' : 'at least'} ${shown(limit)}; the mean is ${shown(level)}, and ${noise.words}`,
    allowed: `${count(seeds).replace(' a side', '')} settle it in 4 cases of 5`, hint: 'raise the seeds of verify, or move the level',
  }]
}

function ofTime(gate: number, { baseline }: Foresight): Foreseen[] {
  if (!baseline || !('source' in baseline)) return []
  return [{
    gate, key: 'maxRatio', code: 'not-comparable', message: 'the training-time gate cannot be decided against a lock, and will be inconclusive',
    found: `${baseline.source}, which holds no times`, hint: 'retrain the baseline beside the candidate: --baseline retrain or --base-spec, in the action `baseline: retrain`',
  }]
}

/** Counted, so the verdict is known now; only a pass needs no word. */
function ofSize(rule: ModelSizeRule, gate: number, { baseline, parameters }: Foresight): Foreseen[] {
  if (!baseline || !('source' in baseline)) return []
  const { status, sentence, remedy } = modelSize(rule, { candidate: [], baseline, missingBaselineReason: null, parameters })
  if (status === 'pass') return []
  return [{
    gate, key: 'maxRatio', code: status === 'fail' ? 'fails-already' : 'not-comparable', found: sentence,
    message: `the model-size gate ${status === 'fail' ? 'fails, whatever is trained' : 'will be inconclusive'}`,
    hint: remedy ?? 'make the model smaller, or raise the limit',
  }]
}
