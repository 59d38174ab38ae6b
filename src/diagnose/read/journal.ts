import type { RunResult } from '../../plan/run.ts'
import { type Context, type CurveGroup, curveOf } from '../curve.ts'

/** Whether a text begins like a journal of ours: its first line says so. */
export const isJournal = (text: string): boolean => /^\s*\{"journal":1[,}]/.test(text)

/**
 * Training runs of a journal, seeds of one trial together, in the order they were trained. Damaged lines are left out,
 * as the journal itself does; so are range tests, probes and shortened runs.
 */
export function journalCurves(text: string, context: (run: RunResult) => Context): CurveGroup[] {
  const runs = text
    .split('\n')
    .slice(1)
    .flatMap((line) => runOf(line) ?? [])
  const groups = new Map<string, RunResult[]>()
  for (const run of new Map(runs.map((r) => [r.id, r])).values()) {
    const { job, stage, label } = run.request
    if (job.kind !== 'train' || job.length < 1 || job.stopAfter < 1) continue
    groups.set(`${stage}, ${label}`, [...(groups.get(`${stage}, ${label}`) ?? []), run])
  }
  return [...groups].map(([subject, own]) => ({
    subject,
    curves: own.map(curveOf),
    context: context(own[0] as RunResult),
  }))
}

function runOf(line: string): RunResult | undefined {
  try {
    const { run } = JSON.parse(line) as { readonly run?: RunResult }
    return run?.request && Array.isArray(run.evaluations) ? run : undefined
  } catch {
    return undefined
  }
}

/** What a journal's run tells of its task; classes and rows are only known to whoever has the report. */
export function contextOfRun(
  { evaluations }: RunResult,
  facts: Pick<Context, 'classes' | 'rows' | 'targetLoss'>,
): Context {
  const regression = evaluations.some((e) => e.train.mse !== undefined)
  return {
    ...facts,
    task: regression ? 'regression' : 'classification',
    classes: regression ? null : facts.classes,
    seedCap: null,
  }
}
