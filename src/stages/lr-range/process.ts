import type { Comparison, RangeTestFindings } from '../../records/decision.ts'
import { shown } from '../../stats/outcome.ts'
import { compareArms, evidenceOf, gainSentence } from '../compare.ts'
import { findRate, type RateSearch } from './find-rate.ts'
import { StageRecorder } from '../recorder.ts'
import type { StageContext, StageProcess } from '../stage.ts'
import type { LrRangeSettings } from './settings.ts'

export function* findLearningRate(context: StageContext, settings: LrRangeSettings): StageProcess {
  const recorder = new StageRecorder(context)
  const search = yield* findRate(recorder, context.incumbent, settings)
  const { findings } = adopt(recorder, search)
  const moved = recorder.lineage.length > 0
  return recorder.close(search.findings.chosen === null ? 'inconclusive' : moved ? 'changed' : 'kept', findings.conclusion, {
    rangeTest: findings,
  })
}

/**
 * Moves the incumbent to the found rate if that beats the incumbent's own by more than seed noise. The findings say which
 * rate was kept.
 */
export function adopt(recorder: StageRecorder, search: RateSearch): { readonly findings: RangeTestFindings } {
  const { incumbent, chosen, arms, findings } = search
  if (incumbent === null || chosen === null) return { findings }
  const before = recorder.incumbent.optimization.learningRate
  const comparison = compareArms(recorder.context.workload, incumbent, chosen, arms)
  recorder.comparisons.push(comparison)
  const adopted = comparison.outcome === 'better'
  if (adopted) recorder.move(chosen.patch, gainSentence(comparison), evidenceOf(comparison, [incumbent, chosen]))
  return {
    findings: {
      ...findings,
      adopted,
      conclusion: `${findings.conclusion} ${verdictOf(comparison, before)}`,
      confirmations: findings.confirmations.map((c) =>
        c.outcome === 'chosen' && !adopted ? { ...c, outcome: 'within-noise' } : c,
      ),
    },
  }
}

function verdictOf(comparison: Comparison, before: number): string {
  switch (comparison.outcome) {
    case 'better':
      if (comparison.gain === null) return `${shown(before)} did not train under every seed; this rate did.`
      return `It beats ${shown(before)} by more than seed noise.`
    case 'within-noise':
      return `It does not beat ${shown(before)} by more than seed noise, so the old rate stays.`
    case 'worse':
      return `${shown(before)} is better by more than seed noise, so it stays.`
    case 'unstable':
    case 'undecidable':
      return `It could not be distinguished from ${shown(before)}, so the old rate stays.`
  }
}
