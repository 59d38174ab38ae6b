import { isCustom, leverValue, type LeverName, type LeverPatch, type LeverValue } from '../../records/levers.ts'
import { higherIsBetter } from '../../records/metrics.ts'
import type { GridFindings } from '../../records/decision.ts'
import type { RunJob } from '../../records/plan.ts'
import { mean } from '../../stats/describe.ts'
import { promoted } from '../../stats/halving.ts'
import { shown } from '../../stats/outcome.ts'
import { sensitivity } from '../../stats/sensitivity.ts'
import { challenge, stableScores, trainArms, unmoved, type Arm } from '../compare.ts'
import { StageRecorder, type Asking } from '../recorder.ts'
import { selectionSeeds } from '../seeds.ts'
import type { StageContext, StageProcess } from '../stage.ts'
import { gridRungs, inOrder, isPiloted, type Axis, type RegularizeSettings } from './settings.ts'

interface Cell {
  readonly label: string
  readonly patch: LeverPatch
}
type CellFinding = GridFindings['cells'][number]

/**
 * Regularization: first a separate pilot for augmentation, then a grid over the other levers, pruned by successive halving.
 * The incumbent moves to the surviving cell one lever at a time, and each lever must beat seed noise on its own. The
 * remaining budget goes to the lever to which the grid was most sensitive.
 */
export function* searchGrid(context: StageContext, settings: RegularizeSettings): StageProcess {
  const recorder = new StageRecorder(context)
  const seeds = selectionSeeds(context.seed, settings.seeds)

  for (const axis of settings.grid.filter(isPiloted)) yield* pilot(recorder, axis, seeds)

  const axes = settings.grid.filter((a) => !isPiloted(a)).map((axis) => withOwnValue(recorder, axis))
  const grid = yield* prunedGrid(recorder, axes, settings, seeds)
  const order = [...grid.sensitivity].sort((a, b) => (b.omegaSquared ?? -1) - (a.omegaSquared ?? -1))
  yield* towards(
    recorder,
    grid.winner,
    order.map((s) => s.lever),
    axes,
    seeds,
  )
  yield* refine(recorder, axes, order[0], seeds)

  const sensitive = order.filter((s) => s.omegaSquared !== null).map((s) => `${s.lever} ${shown(s.omegaSquared ?? 0)}`)
  const none = unmovedGrid(recorder, grid)
  return recorder.close(
    recorder.lineage.length > 0 ? 'changed' : none.conclusion,
    [
      recorder.lineage.length > 0 ? `Moved: ${recorder.moves()}.` : none.sentence,
      sensitive.length > 0
        ? `Share of the variance in the first round of the grid that each lever explains (ω²): ${sensitive.join(', ')}.`
        : '',
    ]
      .join(' ')
      .trim(),
    { grid: { levers: axes.map((a) => a.lever), cells: grid.cells, sensitivity: grid.sensitivity } },
  )
}

/** A grid whose best cell is the incumbent's own has answered, even though no other cell was left to compare with it. */
function unmovedGrid(recorder: StageRecorder, { cells }: Grid): ReturnType<typeof unmoved> {
  const { comparisons, omissions } = recorder
  const survivor = cells.some((c) => c.survived)
  if (comparisons.length > 0 || cells.length === 0 || (!survivor && omissions.length > 0)) return unmoved(recorder)
  if (!survivor) return { conclusion: 'inconclusive', sentence: 'No cell of the grid trained under every seed.' }
  return { conclusion: 'kept', sentence: `Of ${cells.length} cells, the incumbent's own was the best.` }
}

/** Augmentation changes what the data are, so it is tried alone, at full length, before it is crossed with other levers. */
function* pilot(recorder: StageRecorder, axis: Axis, seeds: readonly number[]): Asking<void> {
  yield* challenge(
    recorder,
    'pilot of the augmentation strength',
    axis.values
      .filter((value) => value !== leverValue(recorder.incumbent, axis.lever))
      .map((value) => ({ label: `augmentation ${valueText(value)}`, patch: { augmentation: value } })),
    seeds,
  )
}

/** The grid always includes the incumbent's own value. Otherwise nothing could be compared with it. */
function withOwnValue(recorder: StageRecorder, axis: Axis): Axis {
  const own = leverValue(recorder.incumbent, axis.lever)
  return { lever: axis.lever, values: inOrder([own, ...axis.values]) }
}

const valueText = (value: LeverValue): string => (typeof value === 'number' ? shown(value) : String(value))

interface Grid {
  readonly cells: readonly CellFinding[]
  readonly sensitivity: GridFindings['sensitivity']
  readonly winner: LeverPatch
}

function* prunedGrid(
  recorder: StageRecorder,
  axes: readonly Axis[],
  settings: RegularizeSettings,
  seeds: readonly number[],
): Asking<Grid> {
  const all = cross(axes)
  const nothing: Grid = { cells: [], sensitivity: [], winner: {} }
  const rungs = gridRungs(axes, settings.eta)
  if (rungs.length === 0) return nothing
  const runs = rungs.reduce((sum, rung) => sum + rung.configurations * seeds.length, 0)
  if (!recorder.affords(runs, `regularization grid of ${all.length} cells`)) return nothing

  const found = new Map<string, CellFinding>()
  let cells: readonly Cell[] = all
  let shares: GridFindings['sensitivity'] = []
  for (const [index, rung] of rungs.entries()) {
    const job: RunJob = { kind: 'train', length: 1, stopAfter: rung.units, evaluateTest: false }
    const arms = yield* trainArms(recorder, cells, seeds, job)
    if (index === 0) shares = sensitivityOf(axes, arms)
    const kept = keep(recorder, arms, settings.eta)
    for (const arm of arms)
      found.set(arm.label, { patch: arm.patch, length: rung.units, scores: arm.scores, survived: kept.includes(arm) })
    cells = kept
  }
  return { cells: [...found.values()], sensitivity: shares, winner: cells[0]?.patch ?? {} }
}

function cross(axes: readonly Axis[]): Cell[] {
  return axes.reduce<Cell[]>(
    (cells, { lever, values }) =>
      cells.flatMap((cell) =>
        values.map((value) => ({
          label: cell.label === '' ? `${lever} ${valueText(value)}` : `${cell.label}, ${lever} ${valueText(value)}`,
          patch: { ...cell.patch, [lever]: value },
        })),
      ),
    [{ label: '', patch: {} }],
  )
}

/** The best arms by mean score. An unstable arm never survives while a stable one is left. */
function keep(recorder: StageRecorder, arms: readonly Arm[], eta: number): Arm[] {
  const better = higherIsBetter(recorder.context.workload.objective)
  const scores = arms.map((arm) => {
    const stable = stableScores(arm)
    return stable ? mean(stable) : NaN
  })
  return promoted(scores, better, eta).map((i) => arms[i] as Arm)
}

/** A choice counts as its position. */
const levelOf = ({ values }: Axis, value: LeverValue): number => (typeof value === 'number' ? value : values.indexOf(value))

/** ω² over the first rung, the only rung with the complete grid. */
function sensitivityOf(axes: readonly Axis[], arms: readonly Arm[]): GridFindings['sensitivity'] {
  const result = sensitivity(
    arms.flatMap((arm) =>
      (stableScores(arm) ?? []).map((value) => ({
        levels: Object.fromEntries(axes.map((axis) => [axis.lever, levelOf(axis, arm.patch[axis.lever] ?? null)])),
        value,
      })),
    ),
  )
  return axes.map(({ lever }) => {
    const share = result.kind === 'undefined' ? undefined : result.levers.find((l) => l.lever === lever)?.omegaSquared
    return { lever, omegaSquared: share === undefined || Number.isNaN(share) ? null : share }
  })
}

/**
 * Moves from the incumbent to the surviving cell, the most sensitive lever first. A lever that brings no gain on its own
 * stays.
 */
function* towards(
  recorder: StageRecorder,
  winner: LeverPatch,
  order: readonly LeverName[],
  axes: readonly Axis[],
  seeds: readonly number[],
): Asking<void> {
  for (const lever of order) {
    const value = winner[lever]
    if (value === undefined || value === leverValue(recorder.incumbent, lever)) continue
    yield* challenge(
      recorder,
      `full run of ${lever} ${String(value)}`,
      [{ label: `${lever} ${String(value)}`, patch: { [lever]: value } }],
      seeds,
      // The grid picked this value from the lever's values on these same seeds.
      (axes.find((axis) => axis.lever === lever)?.values.length ?? 2) - 1,
    )
  }
}

/** Two more values of the most sensitive lever, halfway to its neighbors (geometrically, for a rate above 0). */
function* refine(
  recorder: StageRecorder,
  axes: readonly Axis[],
  top: GridFindings['sensitivity'][number] | undefined,
  seeds: readonly number[],
): Asking<void> {
  const axis = axes.find((a) => a.lever === top?.lever)
  if (!axis || !top?.omegaSquared) return
  const own = leverValue(recorder.incumbent, axis.lever)
  const at = axis.values.findIndex((v) => v === own)
  const neighbours = [axis.values[at - 1], axis.values[at + 1]].filter((v) => v !== undefined)
  yield* challenge(
    recorder,
    `refinement of ${axis.lever}`,
    halfway(axis, own, neighbours).map((value) => ({
      label: `${axis.lever} ${shown(value)}`,
      patch: { [axis.lever]: value },
    })),
    seeds,
  )
}

/** Nothing lies between choices, and between whole numbers of a script's own lever lie only whole numbers. */
function halfway({ lever, values }: Axis, own: LeverValue, neighbours: readonly LeverValue[]): number[] {
  if (typeof own !== 'number') return []
  const whole = isCustom(lever) && values.every((v) => Number.isInteger(v))
  return neighbours.flatMap((v) => {
    if (typeof v !== 'number') return []
    const value = Number(between(v, own).toPrecision(2))
    if (!whole) return [value]
    return values.includes(Math.round(value)) ? [] : [Math.round(value)]
  })
}

const between = (a: number, b: number): number => (a > 0 && b > 0 ? Math.sqrt(a * b) : (a + b) / 2)
