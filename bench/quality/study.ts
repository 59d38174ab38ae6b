// The tunegate arm: the stages of the tree that runs, driven as a study drives them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StageDecision } from '../../src/records/decision.ts'
import { leverDifferences, type Levers } from '../../src/records/levers.ts'
import type { Plan, StageName } from '../../src/records/plan.ts'
import type { RunRequest, RunResult } from '../../src/records/run.ts'
import { execute } from '../../src/run/execute.ts'
import { runIds } from '../../src/run/id.ts'
import { Journal } from '../../src/run/journal.ts'
import { journalHeader } from '../../src/run/journal-line.ts'
import { confirmation, stages } from '../../src/stages/index.ts'
import { studyRemedies } from '../../src/study/diagnostics.ts'
import { stepsOf, type Problem } from './problem.ts'

/** What a stage did, for people: what it concluded, and the levers that it left. */
export interface StageAccount {
  readonly stage: StageName
  readonly conclusion: string
  readonly summary: string
  /** `learningRate 0.001 → 0.01`. */
  readonly moved: readonly string[]
  readonly levers: Levers
  readonly steps: number
  readonly runs: number
}

export interface StudyAccount {
  readonly levers: Levers
  /** Training steps of all runs, each run counted once. */
  readonly steps: number
  readonly runs: number
  readonly stages: readonly StageAccount[]
}

/** Drives the stages but the verification from `start` under a root seed. */
export async function driveStudy(problem: Problem, seed: number, start: Levers): Promise<StudyAccount> {
  const { plan } = problem
  const jobs = plan.jobs.filter(({ id }) => id !== confirmation.name)
  const spent = new Map<StageName, { steps: number; runs: number }>()
  const decisions = await decide({ ...plan, seed, jobs, baseline: start }, problem.engine, (request) => {
    const result = problem.train(request, 'whole')
    const { steps, runs } = spent.get(request.stage) ?? { steps: 0, runs: 0 }
    spent.set(request.stage, { steps: steps + stepsOf(result), runs: runs + 1 })
    return result
  })
  const accounts = decisions.map((d) => ({
    stage: d.stage,
    conclusion: d.conclusion,
    summary: d.summary,
    moved: d.lineage.map(({ lever, from, to }) => `${lever} ${String(from)} → ${String(to)}`),
    levers: d.levers,
    ...(spent.get(d.stage) ?? { steps: 0, runs: 0 }),
  }))
  const total = (of: (s: { steps: number; runs: number }) => number): number =>
    [...spent.values()].reduce((sum, s) => sum + of(s), 0)
  const levers = decisions.at(-1)?.levers ?? start
  return { levers, steps: total((s) => s.steps), runs: total((s) => s.runs), stages: accounts }
}

/**
 * What the stages of a plan decide, without a limit of time. Each request is trained once. A study needs a journal; here it
 * lives only as long as the study.
 */
export async function decide(
  plan: Plan,
  engine: string,
  train: (request: RunRequest) => RunResult,
): Promise<readonly StageDecision[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tunegate-quality-'))
  const header = journalHeader(plan, engine)
  const journal = await Journal.open(join(folder, 'journal.jsonl'), header, { idOf: runIds(plan.workload, engine) })
  const runner = {
    engine,
    slots: 1,
    run: (request: RunRequest, id: string) => Promise.resolve({ ...train(request), id }),
  }
  try {
    const unlimited = { ...plan, budget: { ...plan.budget, minutes: null } }
    const { decisions } = await execute(unlimited, {
      runner,
      journal,
      stages,
      remedies: studyRemedies(unlimited),
      listener: () => {},
      clock: () => 0,
    })
    return decisions
  } finally {
    await journal.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What moved between the start and the end of a study, in words; `nothing` if nothing did. */
export const movedText = (from: Levers, to: Levers): string =>
  leverDifferences(from, to)
    .map(({ lever, from: a, to: b }) => `${lever} ${String(a)} → ${String(b)}`)
    .join(', ') || 'nothing'
