import { printable } from '../../base/printable.ts'
import { confirmation } from '../../stages/index.ts'
import type { CurveBook } from '../curves.ts'
import type { Report, RunSummary } from '../model.ts'
import { directionOf } from '../numbers.ts'
import { leverText } from '../phrases.ts'
import { drawnRuns } from './drawn.ts'
import type { GridCurve } from './grid.ts'
import { taskOf } from '../../records/tasks.ts'

/** The owner of a trial: the name of its stage, or `baseline` or `winner` in the verification. Each has its own color. */
export type Group = string

/** The input of the page's script; plain text, escaped where it is shown. */
export interface ExplorerData {
  readonly objective: string
  readonly direction: string
  readonly loss: string
  /** Trials of the study; more than `runs` if not all are drawn. */
  readonly trials: number
  readonly runs: readonly ExplorerRun[]
}

export interface ExplorerRun {
  readonly group: Group
  readonly label: string
  readonly seed: number
  /** Absent for the rows of the split. */
  readonly fold?: number
  /** Levers that differ from the declared ones. */
  readonly levers: string
  readonly status: RunSummary['status']
  /** Best validation objective; null if it did not complete. */
  readonly best: number | null
  readonly curve: GridCurve
}

/** Runs that trained a model: see `drawnRuns`. Range tests have a separate chart, and probes measure nothing that a curve shows. */
export function explorerData(report: Report, curves: CurveBook): ExplorerData {
  const { objective, task } = report.study
  const baseline = new Set(
    (report.verification?.seeds ?? []).filter((s) => s.baseline.run !== s.candidate.run).map((s) => s.baseline.run),
  )
  return {
    objective,
    direction: directionOf(objective),
    loss: taskOf(task).lossTitle,
    trials: report.runs.filter(({ job }) => job.kind === 'train').length,
    runs: drawnRuns(report).flatMap((run) => {
      const curve = curves.get(run.id)?.grid
      return curve ? [explorerRun(run, curve, baseline, objective)] : []
    }),
  }
}

function explorerRun(
  run: RunSummary,
  curve: GridCurve,
  baseline: ReadonlySet<string>,
  objective: Report['study']['objective'],
): ExplorerRun {
  return {
    group: run.stage === confirmation.name ? (baseline.has(run.id) ? 'baseline' : 'winner') : run.stage,
    label: printable(run.label, 80),
    seed: run.seed,
    ...(run.fold === undefined ? {} : { fold: run.fold }),
    levers: printable(run.differences.map((d) => `${d.lever} ${leverText(d.to)}`).join(', '), 120),
    status: run.status,
    best: run.best?.validation[objective] ?? null,
    curve,
  }
}
