import { enumerated } from '../base/lists.ts'
import { gateOf } from '../gates/index.ts'
import type { ByClass } from '../records/by-class.ts'
import { isProportion } from '../records/metric-ranges.ts'
import { isMeanOverRows, isOfWorst } from '../records/metrics.ts'
import { partName } from '../records/subsets.ts'
import { wasCutShort } from './lock.ts'
import type { Report } from './model.ts'
import { percent, plural, short, whole } from './numbers.ts'
import { holdForOtherRows } from './phrases.ts'
import { headlineComparison, isResults, judgedSide, objectiveOn } from './sides.ts'

/** A share that one row moves by less than this looks continuous. */
const coarse = 0.005
/** With more seeds, the share of trainings that may still fail is small. */
const fewSeeds = 20
const confidence = 0.95

/**
 * What a reader of a report should not trust: where its numbers stop, the widest limit first. One or two plain
 * sentences each. What the warnings above the verdict say is not repeated. Empty if nothing was measured.
 */
export function limits(report: Report): readonly string[] {
  if (report.verification === null) return []
  const { seeds: all } = report.verification
  if (all.length > 0 && all.every(({ candidate }) => candidate.status !== 'complete'))
    return [`No seed of the ${judgedSide(report).toLowerCase()} finished, so there are no numbers of it.`]
  return [
    ...sample(report),
    ...rows(report),
    ...seeds(report),
    ...choice(report),
    ...singleRuns(report),
    ...unjudged(report),
    ...looks(report),
  ]
}

/** Other rows and other data. */
function sample(report: Report): string[] {
  const told = headlineComparison(report)
  if (!told) return []
  if (told.candidate.seeds < 2) return ['There is a single seed, so nothing says how the numbers differ under other seeds.']
  const count = report.data.rows[told.split]
  if (told.split === 'test' && holdForOtherRows(report))
    return [
      'The numbers on test rows hold for other seeds, and for other rows from the same source. They say nothing about another ' +
        'source, another site or a later time.',
    ]
  const these = count === 1 ? `this one ${told.split} row` : `these ${count > 0 ? `${whole(count)} ` : ''}${told.split} rows`
  return [`The numbers hold for other seeds on ${these}. On other rows they may differ by more than the intervals say.`]
}

/** A share of few rows moves in steps. */
function rows(report: Report): string[] {
  const told = headlineComparison(report)
  const count = told ? report.data.rows[told.split] : 0
  if (!told || count === 0 || !isProportion(told.metric) || !isMeanOverRows(told.metric) || 1 / count < coarse) return []
  return [
    `There ${count === 1 ? 'is' : 'are'} ${plural(count, `${told.split} row`)}, so a single row is ${short(1 / count, 2)} of the ${told.metric}.`,
  ]
}

/** How often a training may fail although none did, and the seeds that means leave out. */
function seeds(report: Report): string[] {
  const all = report.verification?.seeds ?? []
  const side = judgedSide(report).toLowerCase()
  const lost = all.filter(({ candidate }) => candidate.status !== 'complete').length
  if (lost > 0)
    return [
      `Means leave out ${plural(lost, 'seed')} of the ${side} that did not finish. Read how they ended before the means.`,
    ]
  if (all.length === 0 || all.length >= fewSeeds) return []
  const most = 1 - (1 - confidence) ** (1 / all.length)
  const these = all.length === 1 ? `The only seed of the ${side}` : `All ${plural(all.length, 'seed')} of the ${side}`
  return [
    `${these} finished. That still leaves open that up to ${percent(Math.floor(100 * most) / 100)} of ` +
      `trainings do not finish (${percent(confidence)} confidence).`,
  ]
}

/** The levers were chosen on validation rows, so those flatter the winner. */
function choice(report: Report): string[] {
  if (report.levers.changes.length === 0 || isResults(report)) return []
  const [validation, test] = [objectiveOn(report, 'validation'), objectiveOn(report, 'test')]
  if (!validation || !test) return ['The levers were chosen on the validation rows, and no test rows check them.']
  const differ = validation.claim === 'better' && test.claim !== 'better' && test.claim !== 'negligible'
  return [
    'The levers were chosen on the validation rows, so numbers on those flatter the winner. Read those on test rows.' +
      (differ ? ` Validation ${validation.metric} is better by more than noise, but test ${test.metric} is not.` : ''),
  ]
}

function singleRuns({ stages }: Report): string[] {
  const explored = stages.some(({ findings }) => findings?.explored !== undefined || findings?.rangeTest !== undefined)
  return explored
    ? ['Charts and tables of trials show single runs. They are leads: a lever moves only if it wins under other seeds too.']
    : []
}

/** Numbers that no gate judges. */
function unjudged(report: Report): string[] {
  const { verification, study } = report
  if (!verification) return []
  const { ensemble, averaged, byClass } = verification
  const names = [
    ...(ensemble
      ? ['the ensemble', ...(ensemble.models.some(({ temperature }) => temperature !== null) ? ['temperature scaling'] : [])]
      : []),
    ...(averaged ? ['averaged weights'] : []),
    ...(byClass && !judgesEach(byClass, report)
      ? [`${study.task === 'multi-label' ? 'labels' : 'classes'} that no gate names`]
      : []),
  ]
  return names.length === 0 ? [] : [`No gate judges ${enumerated(names)}.`]
}

/** Whether gates judge every class or label: each by its name, or the worst of them. */
function judgesEach({ classes }: ByClass, { verdict }: Report): boolean {
  const judged = verdict.gates.flatMap(({ rule }) => gateOf(rule).measures(rule) ?? [])
  const named = new Set(judged.map(partName))
  return judged.some(({ metric }) => isOfWorst(metric)) || classes.every(({ name }) => named.has(name))
}

/** Whether anybody looked at the data, and whether the study can be repeated. */
function looks({ data, study, budget }: Report): string[] {
  return [
    ...(data.checks.length === 0 && !study.trainer ? ['No data check ran, so nobody looked for leaks and duplicates.'] : []),
    ...(wasCutShort(budget) ? ['Time ended the study, so a repetition may end elsewhere.'] : []),
  ]
}
