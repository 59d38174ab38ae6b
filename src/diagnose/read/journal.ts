import { jsonOrUndefined, mostDepth } from '../../base/json.ts'
import { groupBy } from '../../base/lists.ts'
import type { RunResult } from '../../records/run.ts'
import { classesOfLabel } from '../../records/tasks.ts'
import { type Context, type CurveGroup, curveOf } from '../curve.ts'

/** Whether a text begins like a tunegate journal: its first line says so. */
export const isJournal = (text: string): boolean => /^\s*\{"journal":1[,}]/.test(text)

/**
 * Training runs of a journal, with seeds of one trial together, in training order. Damaged lines are skipped, as in the
 * journal itself; so are range tests, probes and shortened runs.
 *
 * @param isRun whether a value has the form of a finished run; the folder that knows it may not be imported here
 */
export function journalCurves(text: string, context: (run: RunResult) => Context, isRun: IsRun): CurveGroup[] {
  const runs = text
    .split('\n')
    .slice(1)
    .flatMap((line) => runOf(line, isRun) ?? [])
  const each = [...new Map(runs.map((run) => [run.id, run])).values()]
  const trained = each.filter(({ request: { job } }) => job.kind === 'train' && job.length >= 1 && job.stopAfter >= 1)
  const trials = groupBy(trained, ({ request: { stage, label } }) => `${stage}, ${label}`)
  return [...trials].map(([subject, own]) => ({
    subject,
    curves: own.map(curveOf),
    context: context(own[0] as RunResult),
  }))
}

type IsRun = (value: unknown) => value is RunResult

/** One run has its steps and evaluations, and no more. */
const lineLimits = { bytes: 64 * 2 ** 20, depth: mostDepth, values: 5_000_000 }

function runOf(line: string, isRun: IsRun): RunResult | undefined {
  const value = jsonOrUndefined(line, lineLimits)
  const run: unknown = typeof value === 'object' && value !== null && 'run' in value ? value.run : undefined
  return isRun(run) ? run : undefined
}

/** What a journal's run says about its task. Only the report knows classes and rows. */
export function contextOfRun({ evaluations }: RunResult, facts: Pick<Context, 'classes' | 'rows' | 'targetLoss'>): Context {
  const regression = evaluations.some((e) => e.train.mse !== undefined)
  const labels = evaluations.some((e) => e.train.hammingLoss !== undefined)
  return {
    ...facts,
    task: regression ? 'regression' : labels ? 'multi-label' : 'classification',
    classes: regression ? null : labels ? classesOfLabel : facts.classes,
    seedCap: null,
  }
}
