import type { Diagnostic } from '../base/diagnostics.ts'
import { plannedRuns, type Plan } from '../records/plan.ts'
import type { Locate } from '../dsl/parse.ts'
import { canAugment } from './normalize/levers.ts'
import { confirmation, confirmationIn, stageNamed } from '../stages/index.ts'
import { hasDropoutLever } from '../layers/layer.ts'
import { isTrainerSpec, type ModelSpec, type NormalizedSpec } from './normalized.ts'
import { collectProblems, type Report } from './problem.ts'

/** What may be intended but is likely a mistake: the study runs, and these are shown before it does. */
export function warningsOf(spec: NormalizedSpec, plan: Plan, locate: Locate): readonly Diagnostic[] {
  const { warn, all } = collectProblems(locate)
  if (!isTrainerSpec(spec)) warnOfIdleLevers(spec, warn)
  warnOfSeeds(spec, warn)
  warnOfSelectionSeeds(spec, warn)
  warnOfBudget(plan, warn)
  return all
}

function warnOfIdleLevers({ levers: { regularization }, layers, augmentation, preset }: ModelSpec, warn: Report): void {
  if (regularization.dropout > 0 && !hasDropoutLever(layers)) {
    warn('lever-without-effect', ['levers', 'regularization', 'dropout'], 'the dropout lever has no effect', {
      found: String(regularization.dropout),
      hint: 'add a dropout layer (- dropout) without its own rate',
    })
  }
  if (regularization.augmentation > 0 && !canAugment(augmentation)) {
    warn('lever-without-effect', ['levers', 'regularization', 'augmentation'], 'there is nothing to augment', {
      found: `${regularization.augmentation}; all amounts of ${preset} are 0 for this data`,
      hint: 'set amounts under augmentation, or set the lever to 0',
    })
  }
}

/** An SD or an interval of a mean needs at least two seeds. */
function warnOfSeeds({ stages, gates }: NormalizedSpec, warn: Report): void {
  const seeds = confirmationIn(stages)?.seeds ?? Infinity
  if (seeds < 2 && gates.length > 0) {
    const allowed = 'at least 2, preferably 5'
    const at = ['stages', confirmation.name, 'seeds']
    warn('too-few-seeds', at, 'one seed cannot decide any gate', { found: '1', allowed })
  }
}

/** One seed cannot show the noise of a difference, and a stage moves nothing that it cannot compare with noise. */
function warnOfSelectionSeeds({ stages }: NormalizedSpec, warn: Report): void {
  for (const [index, settings] of stages.entries()) {
    const compared = stageNamed(settings.stage).comparisonSeeds?.(settings)
    if (!compared || compared.seeds > 1) continue
    const allowed = 'at least 2, preferably 3'
    const at = ['stages', index, settings.stage, compared.key]
    warn('too-few-seeds', at, 'with one seed, this stage cannot move a lever', { found: '1', allowed })
  }
}

function warnOfBudget(plan: Plan, warn: Report): void {
  const { budget } = plan
  const runs = plannedRuns(plan)
  if (budget.trials !== null && runs > budget.trials) {
    const message = 'the stages may need more runs than the budget allows; runs beyond the budget are skipped'
    warn('over-budget', ['budget', 'trials'], message, { found: String(budget.trials), allowed: `up to ${runs} runs` })
  }
}
