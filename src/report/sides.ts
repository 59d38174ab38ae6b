import { gateOf, needsBaseline } from '../gates/index.ts'
import type { MetricComparison } from '../gates/verification.ts'
import type { Report, StageReport } from './model.ts'
import { partName } from '../records/subsets.ts'

/** Whether nothing was trained: results that another tool made were read. */
export const isResults = ({ study }: Pick<Report, 'study'>): boolean => study.trainer?.source === 'results'

/** The side that the gates judge: the winner of a study, or the candidate among results. */
export const judgedSide = (report: Pick<Report, 'study'>): 'Winner' | 'Candidate' =>
  isResults(report) ? 'Candidate' : 'Winner'

/** Whether a stage tried levers: the verification only retrains them. */
export const searched = ({ state, findings }: Pick<StageReport, 'state' | 'findings'>): boolean =>
  state === 'ran' && findings?.verify === undefined

/** Why no lever moved, as a clause after "because". */
export function whyUnmoved({ stages }: Pick<Report, 'stages'>): string {
  if (!stages.some(searched)) return 'no stage that tries others has run'
  const compared = stages.some(
    ({ comparisons, findings }) => comparisons.length > 0 || (findings?.explored?.trials.length ?? 0) > 1,
  )
  return compared ? 'no change beat the incumbent by more than noise' : 'no other value was tried over several seeds'
}

/** The title of the table of all metrics. */
export const measuredTitle = (report: Pick<Report, 'study'>): string =>
  isResults(report) ? 'Measured over seeds' : 'Measured on unseen seeds'

/** How the objective of the winner compares on a split; undefined if it was not verified there. */
export function objectiveOn(
  report: Pick<Report, 'verification'>,
  split: 'validation' | 'test',
): MetricComparison | undefined {
  return report.verification?.metrics.find((m) => m.objective && m.split === split)
}

/** Where a seed is in the order of the verification, from 1, because seeds are long numbers; the seed if it is not there. */
export function seedNumber({ verification }: Pick<Report, 'verification'>, seed: number): number {
  const at = verification?.seeds.findIndex((s) => s.seed === seed) ?? -1
  return at < 0 ? seed : at + 1
}

/** The metrics that gates judge over all classes and targets together. */
const judgedMetrics = ({ verdict }: Pick<Report, 'verdict'>) =>
  verdict.gates.flatMap(({ rule }) => {
    const measured = gateOf(rule).measures(rule)
    return measured === null || partName(measured) !== undefined ? [] : [{ ...measured, compares: needsBaseline(rule) }]
  })

/** Whether a gate judges this metric on this split, of all classes together. */
export const isGated = (report: Pick<Report, 'verdict'>, { metric, split }: MetricComparison): boolean =>
  judgedMetrics(report).some((judged) => judged.metric === metric && judged.split === split)

/**
 * The comparison that the first sentence and the terminal tell: on a metric that a gate judges, on test rows and against a
 * baseline if there is such a gate, so that the headline and the verdict speak of one thing. The objective if no gate
 * judges a metric.
 */
export function headlineComparison(report: Pick<Report, 'verification' | 'verdict'>): MetricComparison | undefined {
  const judged = judgedMetrics(report)
  const rank = (g: (typeof judged)[number]): number => (g.split === 'test' ? 0 : 2) + (g.compares ? 0 : 1)
  const [first] = judged
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap((g) => report.verification?.metrics.find((m) => m.metric === g.metric && m.split === g.split) ?? [])
  return first ?? objectiveOn(report, 'test') ?? objectiveOn(report, 'validation')
}
