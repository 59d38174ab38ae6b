import type { Comparison } from '../plan/decision.ts'
import { shown } from '../stats/outcome.ts'
import { compareArms, evidenceOf, gainSentence } from './compare.ts'
import { findRate, type RateSearch } from './find-rate.ts'
import { Ledger } from './ledger.ts'
import { settingsOf } from './settings.ts'
import type { Stage } from './stage.ts'

/** Finds the learning rate: the lever to which training is most sensitive, so it comes first. */
export const lrRange: Stage = function* (context) {
  const ledger = new Ledger(context)
  const search = yield* findRate(ledger, context.incumbent, settingsOf(context, 'lr-range'))
  const comparison = adopt(ledger, search)
  const moved = ledger.lineage.length > 0
  return ledger.close(
    search.findings.chosen === null ? 'inconclusive' : moved ? 'changed' : 'kept',
    `${search.findings.conclusion}${comparison ? ` ${verdictOf(comparison, context.incumbent.optimization.learningRate)}` : ''}`,
    { stage: 'lr-range', rangeTest: search.findings },
  )
}

/** Moves the incumbent to the chosen rate if that beats the incumbent's own by more than seed noise. */
export function adopt(ledger: Ledger, search: RateSearch): Comparison | undefined {
  const { incumbent, chosen, arms } = search
  if (incumbent === null || chosen === null) return undefined
  const comparison = compareArms(ledger.context.workload, incumbent, chosen, arms)
  ledger.comparisons.push(comparison)
  if (comparison.outcome === 'better') {
    ledger.move(chosen.patch, gainSentence(comparison), evidenceOf(comparison, [incumbent, chosen]))
  }
  return comparison
}

function verdictOf(comparison: Comparison, before: number): string {
  switch (comparison.outcome) {
    case 'better':
      if (comparison.gain === null) return `${shown(before)} did not train under every seed, and this did.`
      return `It beats ${shown(before)} by more than seed noise.`
    case 'within-noise':
      return `It does not beat ${shown(before)} by more than seed noise, so that stays.`
    case 'worse':
      return `${shown(before)} is better by more than seed noise and stays.`
    case 'unstable':
    case 'undecidable':
      return `It could not be told from ${shown(before)}, so that stays.`
  }
}
