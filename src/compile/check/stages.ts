import { stageNames, type LrRangeSettings, type StageName, type StageSettings, type VerifySettings } from '../../records/plan.ts'
import type { SpecPath } from '../../dsl/parse.ts'
import type { Stage } from '../../dsl/tuning.gen.ts'
import { gridLevers, movesNothing, type GridContext } from '../normalize/grid.ts'
import type { Report } from '../problem.ts'

/** Each stage at most once and in the order of the process, with settings that mean something. */
export function checkStages(
  stages: readonly StageSettings[], written: readonly Stage[], context: GridContext, report: Report,
): void {
  const names = stages.map((s) => s.stage)
  checkOrder(names, report)
  for (const [index, settings] of stages.entries()) {
    const at: SpecPath = ['stages', index, settings.stage]
    if (settings.stage === 'lr-range') checkSweep(settings, at, report)
    if (settings.stage === 'batch') {
      checkLargest(settings.largest, context.levers.batching.batchSize, [...at, 'largest'], report)
      if (settings.recheck && hasOwnRecheck(written[index])) checkSweep(settings.recheck, [...at, 'recheck'], report)
    }
    if (settings.stage === 'verify') checkLooks(settings, [...at, 'looks'], report)
    if (settings.stage === 'regularize') checkGrid(written[index], [...at, 'grid'], context, report)
  }
}

function checkOrder(names: readonly StageName[], report: Report): void {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index) {
      report('stage-twice', ['stages', index], 'a stage runs once', { found: name, hint: 'remove one of them' })
      continue
    }
    const before = names.slice(0, index).find((n) => stageNames.indexOf(n) > stageNames.indexOf(name))
    if (before !== undefined) {
      report('stage-order', ['stages', index], `${name} comes before ${before} in the process`, {
        found: names.join(', '), allowed: `the order ${stageNames.join(', ')}`,
      })
    }
  }
}

function checkSweep({ from, to }: LrRangeSettings, at: SpecPath, report: Report): void {
  if (from < to) return
  const found = `from ${from} to ${to}`
  report('range-reversed', [...at, 'from'], 'the range is the wrong way round', { found, allowed: 'from below to' })
}

function checkLargest(largest: number, batchSize: number, at: SpecPath, report: Report): void {
  if (largest >= batchSize) return
  report('range-reversed', at, 'the largest batch is below the baseline batch', {
    found: String(largest), allowed: `at least the batchSize of ${batchSize}`,
  })
}

function checkLooks({ seeds, looks }: VerifySettings, at: SpecPath, report: Report): void {
  if (looks.every((n, i) => n > (looks[i - 1] ?? 0))) return
  report('looks-not-rising', at, 'the looks must rise, none beyond the seeds of the stage', {
    found: looks.slice(0, -1).join(', '), allowed: `rising numbers up to the ${seeds} seeds`,
  })
}

/** A recheck that is only switched on takes the range of lr-range, which is judged there. */
const hasOwnRecheck = (written: Stage | undefined): boolean =>
  typeof written === 'object' && typeof written.batch?.recheck === 'object'

/** Only a grid that the spec writes can name a lever that moves nothing; a preset's leaves it out. */
function checkGrid(written: Stage | undefined, at: SpecPath, context: GridContext, report: Report): void {
  const grid = typeof written === 'object' ? (written.regularize?.grid ?? {}) : {}
  for (const lever of gridLevers) {
    const why = grid[lever] === undefined ? undefined : movesNothing(lever, context)
    if (why !== undefined) report('lever-without-effect', [...at, lever], `${lever} cannot change a run: ${why}`)
  }
}
