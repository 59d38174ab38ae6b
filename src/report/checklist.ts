import type { Plan } from '../records/plan.ts'
import type { ChecklistItem } from './model.ts'
import { meanAndSd, plural, rowsText, short, whole } from './numbers.ts'
import { resultsChecklist } from './results-checklist.ts'
import {
  batch,
  box,
  clipNorm,
  confirmed,
  grid,
  oneLever,
  rangeTest,
  schedule,
  seedVariance,
  type Box,
  type Draft,
} from './stage-boxes.ts'
import { isResults, headlineComparison } from './sides.ts'

/** The process as boxes, each with the evidence that checks it. A box that cannot be checked says why. */
export function checklist(report: Draft, plan: Pick<Plan, 'gates'>): ChecklistItem[] {
  if (isResults(report)) return resultsChecklist(report, plan)
  return [
    item('data', 'Data checked before training', dataChecked(report)),
    item('baseline', 'Baseline trained and kept', baselineKept(report)),
    item('learning-rate', 'Learning rate found by a range test over seeds', rangeTest(report)),
    item('batch', 'Batch chosen by throughput and noise scale, learning rate rechecked', batch(report)),
    item('one-lever', 'Each change compared with the incumbent', oneLever(report)),
    item('regularization', 'Regularization searched', grid(report)),
    item('schedule', 'Schedules and warmup compared', schedule(report)),
    item('clip-norm', 'Clip norm compared with the gradient norms', clipNorm(report)),
    item('confirmed', 'Confirmed on seeds not used for selection', confirmed(report)),
    item('seed-variance', 'Seed variance known', seedVariance(report)),
    item('gates', 'Gates declared before the run', gates(plan)),
    item('curves', 'Curves of every run kept', curves(report)),
    item('budget', 'Within the budget', budget(report)),
  ]
}

const item = (id: string, title: string, { state, evidence }: Box): ChecklistItem => ({ id, title, state, evidence })

function dataChecked({ data }: Draft): Box {
  const rows = rowsText(data)
  if (data.checks.length === 0) return box('skipped', `${rows}; every check is off in the spec.`)
  const found =
    data.findings.length === 0 ? 'nothing found' : `${plural(data.findings.length, 'finding')}, see the data section`
  return box('done', `${rows}. Checks: ${data.checks.join(', ')}. Result: ${found}.`)
}

function baselineKept(report: Draft): Box {
  const verified = report.verification?.seeds.filter((s) => s.baseline.status === 'complete').length ?? 0
  const told = headlineComparison(report)
  if (verified > 0) {
    const values = told ? `, ${told.split} ${told.metric} ${meanAndSd(told.baseline.mean, told.baseline.sd)}` : ''
    return box(
      'done',
      `The declared levers were trained on ${plural(verified, 'verification seed')}${values}. They stay in the report.`,
    )
  }
  const selection = report.runs.filter(
    (r) => r.differences.length === 0 && r.job.kind === 'train' && r.status === 'complete',
  )
  return selection.length > 0
    ? box(
        'done',
        `The declared levers were trained in ${plural(selection.length, 'selection run')}. No verification seed has finished them.`,
      )
    : box('not-done', 'No run of the declared levers finished.')
}

function gates(plan: Pick<Plan, 'gates'>): Box {
  return plan.gates.length === 0
    ? box('not-done', 'The spec declares no gate.')
    : box(
        'done',
        `${plural(plan.gates.length, 'gate')} in the spec (${plan.gates.map((g) => g.gate).join(', ')}), ` +
          "part of the plan's fingerprint.",
      )
}

function curves({ runs }: Draft): Box {
  const logged = runs.filter((r) => r.steps > 0)
  const steps = logged.reduce((sum, r) => sum + r.steps, 0)
  return logged.length > 0
    ? box('done', `${plural(logged.length, 'run')} with ${whole(steps)} logged steps, one file per run in curves/runs.`)
    : box('not-done', 'No run logged a step.')
}

function budget({ budget: b, omissions }: Draft): Box {
  const limits = [
    b.trials === null ? '' : `${whole(b.trials)} runs`,
    b.minutes === null ? '' : `${short(b.minutes)} minutes`,
  ].filter((l) => l !== '')
  const used = `${plural(b.runs, 'run')} of ${limits.length > 0 ? `a budget of ${limits.join(' and ')}` : 'an unlimited budget'}`
  const left = omissions.length > 0 ? `; ${plural(omissions.length, 'item')} left out, see omissions` : ''
  return b.exhausted === null
    ? box('done', `${used}${left}.`)
    : box('not-done', `${used}; the ${b.exhausted} ran out${left}.`)
}
