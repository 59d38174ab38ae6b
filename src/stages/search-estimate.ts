import type { TrialTemplate } from '../records/plan.ts'
import { training, type Study } from './estimate.ts'
import { seedsApart } from './joint-move.ts'
import { mostConfirmed, mostRemedies } from './explore.ts'

/** What a stage that explores may train. */
interface SearchSize {
  /** The levers of the search, with values where they are known. */
  readonly varies: TrialTemplate['varies']
  /** Configurations besides the incumbent. */
  readonly configurations: number
  /** Rounds of further configurations, if they are no part of the search itself. */
  readonly further?: Pick<TrialTemplate, 'id' | 'title' | 'trials'>
  /** Parts into which a winner may be taken. */
  readonly parts: number
  /** Seeds of the comparison. */
  readonly seeds: number
}

/** The configurations and remedies once each, then further ones, then the best of them, then the winner without each part that moved. */
export function searchTemplates(
  study: Study,
  { varies, configurations, further, parts, seeds }: SearchSize,
): TrialTemplate[] {
  const names = varies.map(({ lever }) => ({ lever, values: null }))
  return [
    training(study, { id: 'explore', title: 'once each', varies, trials: 1 + configurations + mostRemedies, seeds: 1 }),
    ...(further && further.trials > 0
      ? [training(study, { ...further, varies: names, seeds: 1, condition: 'if the best lies at an end' })]
      : []),
    training(study, {
      id: 'confirm',
      title: `incumbent, the best ${mostConfirmed} of them`,
      varies: names,
      trials: 1 + Math.min(configurations, mostConfirmed),
      seeds,
      condition: 'if a configuration trains better',
    }),
    secondLook(study, names, seeds),
    training(study, {
      id: 'shares',
      title: 'the winner without each of its levers',
      varies: names,
      trials: parts,
      seeds: Math.min(seeds, seedsApart),
      condition: 'if a configuration of several levers wins',
    }),
    training(study, {
      id: 'rest',
      title: 'the winner without levers that bring nothing',
      varies: names,
      trials: 1,
      seeds: 2 * seeds,
      condition: 'if a configuration of several levers wins',
    }),
  ]
}

/** The incumbent and the candidate that gained nearly enough, under as many further seeds. */
export const secondLook = (study: Study, varies: TrialTemplate['varies'], seeds: number, share = 1): TrialTemplate =>
  training(study, {
    id: 'second-look',
    title: 'incumbent, the one that gained nearly enough',
    varies,
    trials: 2,
    seeds,
    share,
    condition: 'if none wins, but one nearly does',
  })
