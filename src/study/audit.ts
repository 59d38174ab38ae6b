import { fingerprint } from '../base/hash.ts'
import { agree } from '../base/json.ts'
import { subsetsIn } from '../compile/subsets.ts'
import { err, ok, unreachable, type Result } from '../base/result.ts'
import { verificationStatistics } from '../gates/verification.ts'
import { isSettled } from '../gates/judge.ts'
import { leverDifferences } from '../records/levers.ts'
import type { LeastEffects, Task } from '../records/metrics.ts'
import type { VerifiedRun, VerifyFindings } from '../records/decision.ts'
import type { Lock } from '../records/lock.ts'
import type { GateRule } from '../records/plan.ts'
import { changesOf, verificationSection } from '../report/build.ts'
import { checklist } from '../report/checklist.ts'
import type { Report } from '../report/model.ts'
import { confirmation, stageNames } from '../stages/index.ts'
import { verificationSeeds } from '../stages/seeds.ts'
import { verificationJob, type VerifySettings } from '../stages/verify.ts'
import { baseEvidence, judgeReport, timedVerification, type Against, type Rejudged } from './judge-again.ts'
import { impossible, impossibleClasses, impossibleEnsemble } from './measured.ts'
import { toolName } from './version.ts'

/** How a study had to be judged. None of it comes from the report. */
export interface Rules {
  /** Relative to the root of the repository. */
  readonly specPath: string
  readonly task: Task
  /** Whether the spec has a training script. */
  readonly script: boolean
  readonly gates: readonly GateRule[]
  /** The least effects of the spec; undefined if it declares none. */
  readonly leastEffect?: LeastEffects | undefined
  /** The root seed, which determines the verification seeds. */
  readonly seed: number
  /** Null if no verification was requested. */
  readonly verify: VerifySettings | null
  readonly baseline: ExpectedBaseline
}

/** What the gates had to compare with. */
export type ExpectedBaseline =
  | { readonly kind: 'lock'; readonly lock: Lock; readonly source: string }
  /** The runs of another spec; the report contains them. */
  | { readonly kind: 'retrained'; readonly source: string }
  | { readonly kind: 'declared' }
  /** No gate compares, so any baseline is allowed. */
  | { readonly kind: 'any' }

/**
 * Checks a report from another job against the rules that it had to follow, and judges it again. What the report claims
 * about itself does not count: verdict, statistics and checklist are recomputed here from the numbers of each seed, by the
 * code that judged the run. A report that contradicts them is refused, with the reason as a clause.
 *
 * No audit can find numbers that were invented with care: whoever controls the job that measures controls what it measured.
 * For a model, that job runs only tunegate's own code, on the change's data and spec. For a training script, it runs code of
 * the change, and the verdict guards against mistakes and not against malice.
 */
export function audit(report: Report, rules: Rules): Result<Report, string> {
  const problem =
    foreign(report, rules) ??
    wrongSeeds(report, rules) ??
    wrongRuns(report, rules) ??
    wrongTimes(report) ??
    wrongBaseline(report, rules)
  if (problem !== undefined) return err(problem)
  const verify = timedVerification(report)
  const fixed = fixedOf(report, rules)
  const judged = judgeReport(report, rules.gates, fixed, verify)
  const wrong =
    lateStop(report, rules, fixed, verify) ?? earlyStop(judged, rules, verify) ?? otherVerdict(report, rules, judged)
  if (wrong !== undefined) return err(wrong)
  const made = remade(report, rules, judged)
  return agree(report, made) ? ok(made) : err('statistics of the report do not follow from its own numbers')
}

function foreign(
  { tool, study, verdict, stages, verification }: Report,
  { specPath, task, script, gates, leastEffect, verify }: Rules,
): string | undefined {
  if (tool !== toolName) return `${tool} wrote the report, but this step is ${toolName}: use the same version in both jobs`
  const path = study.specFile.replaceAll('\\', '/')
  if (path !== specPath) return `the report is of the spec ${path}, not of ${specPath}`
  if (study.task !== task) return `the report is of a ${study.task}, and the spec of the base commit of a ${task}`
  if ((study.trainer !== undefined) !== script) {
    return script ? 'the report is of a model, and the spec has a training script' : 'the report is of a training script'
  }
  const own = verdict.gates.map((g) => g.rule)
  if (own.length !== gates.length) return `the report judges ${own.length} gates, but the base commit has ${gates.length}`
  if (fingerprint(own) !== fingerprint(gates)) return 'the result was judged by gates other than those of the base commit'
  if (!agree(study.leastEffect, leastEffect)) return 'the report has least effects other than those of the base commit'
  if (
    !agree(
      stages.map((s) => s.stage),
      stageNames,
    )
  )
    return 'the report does not have the stages of a study'
  if (verification === null || verify !== null) return undefined
  return 'the report has a verification, but only the report itself defines the seeds'
}

/** The seeds follow from the root seed. A study that its budget stops may lack some; `earlyStop` checks that. */
function wrongSeeds({ study, verification }: Report, { seed, verify }: Rules): string | undefined {
  if (study.seed !== seed) return `the report has the root seed ${study.seed}, not ${seed}`
  if (verification === null || verify === null) return undefined
  const { looks = [] } = verification
  if (!agree(looks, verify.looks)) {
    return `the gates were to be judged at ${verify.looks.join(', ')} seeds, not at ${looks.join(', ')}`
  }
  const planned = verificationSeeds(seed, verify.seeds)
  const found = verification.seeds.map((s) => s.seed)
  if (new Set(found).size < found.length) return 'a seed is verified twice'
  const order = found.map((one) => planned.indexOf(one))
  const foreignSeed = found[order.indexOf(-1)]
  if (foreignSeed !== undefined) return `the seed ${foreignSeed} is not one of those that the verification has`
  return order.some((at, i) => at < (order[i - 1] ?? 0)) ? 'the verified seeds are out of order' : undefined
}

/** The report contains each verified run more than once. Its numbers must be possible, and the same everywhere. */
function wrongRuns(report: Report, { gates }: Pick<Rules, 'gates'>): string | undefined {
  const { study, data, levers, verification, stages, runs, base } = report
  const { task, trainer } = study
  const measured = { task, rows: data.rows, script: trainer !== undefined, subsets: subsetsIn(gates) }
  const byId = new Map(runs.map((run) => [run.id, run]))
  if (byId.size < runs.length) return 'a run is in the report twice'
  const told = stages.find((s) => s.stage === confirmation.name)?.findings?.verify ?? null
  const own = verification && { looks: verification.looks, seeds: verification.seeds }
  if (!agree(told, own)) return 'the report has two accounts of its verification'
  const moved = leverDifferences(levers.baseline, levers.chosen)
  for (const { seed, baseline, candidate } of verification?.seeds ?? []) {
    for (const [run, differences] of [
      [baseline, []],
      [candidate, moved],
    ] as const) {
      const same = agree(summaryOf(byId.get(run.run)), accountOf(run, seed, differences, report))
      const wrong = same ? impossible(run, measured) : 'has another account among the runs'
      if (wrong !== undefined) return `the run of seed ${seed} ${wrong}`
    }
  }
  const wrongTogether = verification && impossibleEnsemble(verification, measured)
  if (wrongTogether) return `the ensemble ${wrongTogether}`
  const wrongClasses = verification && impossibleClasses(verification, measured)
  if (wrongClasses) return `the table of classes ${wrongClasses}`
  const wrongBase = base?.runs.map((run) => impossible(run, measured)).find((w) => w !== undefined)
  return wrongBase === undefined ? undefined : `a run of the baseline ${wrongBase}`
}

function summaryOf(run: Report['runs'][number] | undefined): unknown {
  if (run === undefined) return undefined
  const { seed, status, weights, job, differences, best } = run
  return { seed, status, weights, job, differences, validation: best?.validation ?? null, test: best?.test ?? null }
}

/** What the list of runs must say about a verified run. */
function accountOf(run: VerifiedRun, seed: number, differences: unknown, { study, data }: Report): unknown {
  const { status, weights, validation, test } = run
  return { seed, status, weights, job: verificationJob(study.task, data.rows), differences, validation, test }
}

function wrongTimes({ timing, base }: Report): string | undefined {
  const seconds = [...timing.runs, ...(timing.base ?? []).flatMap((t) => t ?? [])].map((t) => t.seconds)
  if (seconds.some((s) => !(Number.isFinite(s) && s >= 0))) return 'a run took an impossible time'
  if (new Set(timing.runs.map((t) => t.id)).size < timing.runs.length) return 'a run has two times'
  return timing.base && timing.base.length !== base?.runs.length ? 'the baseline has too many or too few times' : undefined
}

const unlike = 'the report compares with another baseline, not that of the base commit'

function wrongBaseline({ base, levers }: Report, { baseline, seed, verify }: Rules): string | undefined {
  const { chosen, sinceLock } = levers
  if (baseline.kind !== 'retrained' && base) return unlike
  switch (baseline.kind) {
    case 'any':
      return undefined
    case 'declared':
      return sinceLock === null ? undefined : unlike
    case 'lock':
      return agree(sinceLock, leverDifferences(baseline.lock.levers, chosen)) ? undefined : unlike
    case 'retrained': {
      if (!base || sinceLock !== null || base.source !== baseline.source) return unlike
      const planned = verify === null ? [] : verificationSeeds(seed, verify.seeds)
      const same = agree(
        base.runs.map((run) => run.seed),
        planned,
      )
      return same ? undefined : 'the baseline was not retrained on the seeds of the verification'
    }
    default:
      return unreachable(baseline, 'baseline')
  }
}

function fixedOf({ base, timing }: Report, { baseline }: Rules): Against {
  if (baseline.kind === 'lock') return { lock: baseline.lock, source: baseline.source }
  return baseline.kind === 'retrained' && base ? baseEvidence(base, timing) : null
}

/** Once every gate is settled, no more seeds are trained. Otherwise a run could wait for a better draw. */
function lateStop(
  report: Report,
  { gates, verify: plan }: Rules,
  fixed: Against,
  verify: VerifyFindings | null,
): string | undefined {
  const seeds = verify?.seeds ?? []
  const before = plan?.looks.filter((n) => n < seeds.length) ?? []
  const at = (n: number): Rejudged => judgeReport(report, gates, fixed, { ...verify, seeds: seeds.slice(0, n) })
  const settled = before.find((n) => isSettled(at(n).verdict))
  return settled === undefined ? undefined : `the gates were settled at ${settled} seeds, but more were trained`
}

/**
 * The budget cut a verification short if it ends between looks, or with gates that more seeds could settle. Nobody can tell
 * from outside which seeds were left out, so at most it shows a failure.
 */
function earlyStop({ verdict }: Rejudged, { seed, verify: plan }: Rules, verify: VerifyFindings | null): string | undefined {
  if (plan === null || verify === null || verdict.status === 'fail') return undefined
  const found = verify.seeds.map((s) => s.seed)
  const n = found.length
  const first = agree(found, verificationSeeds(seed, n))
  if (first && (n === plan.seeds || (plan.looks.includes(n) && isSettled(verdict)))) return undefined
  return `the verification was cut short at ${n} of ${plan.seeds} seeds, and the remaining seeds could decide it`
}

function otherVerdict({ verdict, against }: Report, { baseline }: Rules, judged: Rejudged): string | undefined {
  const differs = judged.verdict.gates.findIndex((gate, i) => verdict.gates[i]?.status !== gate.status)
  const gate = judged.verdict.gates[differs]
  const said = verdict.gates[differs]?.status
  if (gate) return `its gate ${differs + 1} (${gate.rule.gate}) says ${said}, but the numbers say ${gate.status}`
  const { status } = judged.verdict
  if (verdict.status !== status) return `it says ${verdict.status}, but its gates say ${status}`
  if (!agree(verdict, judged.verdict)) return 'the words or estimates of its verdict do not follow from its numbers'
  return baseline.kind === 'any' || against === judged.against ? undefined : unlike
}

/** The report with everything that can be recomputed from levers, gates and the numbers of each seed. */
function remade(report: Report, { gates, baseline }: Rules, { verdict, against }: Rejudged): Report {
  const { levers, verification, study, lineage } = report
  const statistics = verification ? verificationStatistics(verification, study.objective, study.leastEffect) : []
  const draft: Report = {
    ...report,
    verdict,
    against: baseline.kind === 'any' ? report.against : against,
    levers: { ...levers, changes: changesOf(levers.baseline, levers.chosen, lineage) },
    verification: verification && verificationSection(verification, statistics, report, verification),
  }
  return { ...draft, checklist: checklist(draft, { gates }) }
}
