import type { VerifiedRun, VerifyFindings } from '../records/decision.ts'
import type { CalibrationSummary, ReliabilityBin, RunCalibration } from '../records/run.ts'
import { meanOf } from './numbers.ts'

/**
 * The data of a reliability diagram: confidence across, accuracy up, with the diagonal where they agree. `asTrained` and
 * `scaled` are the two diagrams, before and after temperature scaling. The seeds' own are at `verification.seeds`.
 */
export interface CalibrationSection {
  /** The predicted rows: test rows if some are held out, otherwise validation rows (the temperature was fitted on those). */
  readonly split: 'validation' | 'test'
  /** Rows that each seed predicted. */
  readonly rows: number
  readonly winner: CalibrationSide
  /** Null if no seed of the baseline completed. */
  readonly baseline: CalibrationSide | null
}

export interface CalibrationSide {
  readonly asTrained: PooledCalibration
  /** Over the seeds that have a temperature; null if none has. */
  readonly scaled: PooledCalibration | null
  /** Geometric mean over the seeds that have one; above 1: overconfident as trained. */
  readonly temperature: number | null
  /** Seeds whose calibration error, as trained, exceeds what honest confidences would show once in twenty times. */
  readonly aboveNull: number
}

/** Errors and scores are means over seeds. */
export interface PooledCalibration {
  readonly seeds: number
  readonly nll: number
  readonly brier: number
  readonly parts: CalibrationSummary['parts']
  readonly ece: number
  readonly eceEqualMass: number
  /** The predictions of all seeds together, at most 15 bars of equal width, lowest first. */
  readonly bins: readonly ReliabilityBin[]
}

/** The combined reliability diagrams of all seeds, for the winner and beside it the baseline. */
export function calibrationOf({ seeds }: VerifyFindings): CalibrationSection | null {
  const of = (runs: readonly VerifiedRun[]): RunCalibration[] => runs.flatMap((run) => run.calibration ?? [])
  const winner = of(seeds.map((s) => s.candidate))
  const baseline = of(seeds.map((s) => s.baseline))
  const [first] = winner
  if (first === undefined) return null
  const { split, rows } = first
  return { split, rows, winner: sideOf(winner), baseline: baseline.length > 0 ? sideOf(baseline) : null }
}

function sideOf(runs: readonly RunCalibration[]): CalibrationSide {
  const scaled = runs.flatMap((run) => run.scaled ?? [])
  const temperatures = runs.flatMap((run) => run.temperature ?? [])
  return {
    asTrained: pooled(runs.map((run) => run.asTrained)),
    scaled: scaled.length > 0 ? pooled(scaled) : null,
    temperature: temperatures.length > 0 ? six(Math.exp(meanOf(temperatures.map(Math.log)))) : null,
    aboveNull: runs.filter((r) => r.ecePercentile95 !== null && r.asTrained.ece > r.ecePercentile95).length,
  }
}

function pooled(all: readonly CalibrationSummary[]): PooledCalibration {
  const over = (value: (one: CalibrationSummary) => number): number => six(meanOf(all.map(value)))
  return {
    seeds: all.length,
    nll: over((s) => s.nll),
    brier: over((s) => s.brier),
    parts: {
      reliability: over((s) => s.parts.reliability),
      resolution: over((s) => s.parts.resolution),
      uncertainty: over((s) => s.parts.uncertainty),
      withinBins: over((s) => s.parts.withinBins),
    },
    ece: over((s) => s.ece),
    eceEqualMass: over((s) => s.eceEqualMass),
    bins: pooledBins(all.flatMap((s) => s.bins)),
  }
}

/** Bars of equal width begin at the same positions under every seed. */
function pooledBins(bins: readonly ReliabilityBin[]): ReliabilityBin[] {
  const starts = [...new Set(bins.map((bin) => bin.from))].sort((a, b) => a - b)
  return starts.flatMap((from) => {
    const own = bins.filter((bin) => bin.from === from)
    const [first] = own
    if (first === undefined) return []
    const count = own.reduce((sum, bin) => sum + bin.count, 0)
    const weighted = (value: (bin: ReliabilityBin) => number): number =>
      six(own.reduce((sum, bin) => sum + bin.count * value(bin), 0) / count)
    return [{ from, to: first.to, count, confidence: weighted((b) => b.confidence), accuracy: weighted((b) => b.accuracy) }]
  })
}

/** Six significant digits, as in the logs of runs. */
const six = (value: number): number => Number(value.toPrecision(6))
