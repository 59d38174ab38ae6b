import type { MetricComparison } from '../gates/verification.ts'
import type { Report } from './model.ts'

/** Whether nothing was trained: results that another tool made were read. */
export const isResults = ({ study }: Pick<Report, 'study'>): boolean => study.trainer?.source === 'results'

/** The side that the gates judge: the winner of a study, or the candidate among results. */
export const judgedSide = (report: Pick<Report, 'study'>): 'Winner' | 'Candidate' =>
  isResults(report) ? 'Candidate' : 'Winner'

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
