import type { Finding, Move } from '../diagnose/finding.ts'
import { capitalized } from '../gates/words.ts'
import type { Report } from './model.ts'
import { plural } from './numbers.ts'
import { seedNumber } from './sides.ts'

/** The subject of findings about the winner of a study. */
export const winnerSubject = 'winner'

/** `declared levers, in 4 of 5 seeds`. */
export const subjectText = ({ subject, seeds: { seen, of } }: Finding): string =>
  of === 1 ? subject : `${subject}, in ${seen} of ${plural(of, 'seed')}`

/**
 * The first piece of evidence as a sentence: where, then what. Seeds are numbered in the order of the verification, since
 * the numbers themselves are long.
 */
export function seenText({ sights }: Finding, report: Pick<Report, 'verification'>): string {
  const sight = sights[0]
  if (!sight) return ''
  const { seed, epochs, sentence } = sight
  const span = epochs === null ? '' : epochs[0] === epochs[1] ? `epoch ${epochs[0]}` : `epochs ${epochs[0]} to ${epochs[1]}`
  const place = [seed === null ? '' : `seed ${seedNumber(report, seed)}`, span].filter((part) => part !== '').join(', ')
  return `${capitalized(sentence)}${place === '' ? '' : ` (${place})`}.`
}

/** What to try, the most likely first, and what came of it if a stage has tried it against this symptom. */
export const moveTexts = (finding: Finding, report: Pick<Report, 'stages'>): string[] =>
  finding.moves.map((move) => {
    const text = move.lever === null ? move.change : `${move.lever}: ${move.change}`
    return isTried(finding, move, report) ? `${text} (tried by a stage, did not help)` : text
  })

/** Whether a stage has tried to move this lever against the same symptom, and kept it. */
export const isTried = ({ title, subject }: Finding, { lever }: Move, { stages }: Pick<Report, 'stages'>): boolean =>
  subject === winnerSubject &&
  stages.some(({ findings }) =>
    findings?.explored?.remedies.some(
      ({ symptom, patch, outcome }) => symptom === title && outcome !== 'moved' && lever !== null && lever in patch,
    ),
  )

/**
 * Whether the study has mended it already: it is about other levers than the winner's, and the winner, of which a seed
 * finished, does not show it.
 */
export const isSolved = (
  { subject, rule }: Finding,
  { diagnostics, verification }: Pick<Report, 'diagnostics' | 'verification'>,
): boolean =>
  subject !== winnerSubject &&
  (verification?.seeds ?? []).some(({ candidate }) => candidate.status === 'complete') &&
  !diagnostics.some((other) => other.subject === winnerSubject && other.rule === rule)

/** In place of what to try. */
export const solvedText = 'The winner does not show this, so there is nothing left to try.'

/** Who tests the first of the moves; empty if no stage does. */
export function testedText({ stage }: Finding, { stages }: Pick<Report, 'stages'>): string {
  if (stage === null) return ''
  const state = stages.find((s) => s.stage === stage)?.state ?? 'skipped'
  return {
    ran: `The stage ${stage} tests the first one.`,
    skipped: `The stage ${stage}, which this study leaves out, would test the first one.`,
    'not-reached': `The stage ${stage}, which this study did not reach, would test the first one.`,
  }[state]
}

/** What to try, in order, and which stage tests the first. */
export function adviceText(finding: Finding, report: Pick<Report, 'stages' | 'diagnostics' | 'verification'>): string {
  if (isSolved(finding, report)) return solvedText
  const all = moveTexts(finding, report)
    .map((move, i) => `${i + 1}. ${move}`)
    .join('; ')
  return `Try, in order: ${all}. ${testedText(finding, report)}`.trim()
}

/** What findings about the winner mean beside the verdict, which does not look at curves; empty if there are none. */
export function besideVerdict({ diagnostics, verdict }: Pick<Report, 'diagnostics' | 'verdict'>): string {
  if (!diagnostics.some(({ subject }) => subject === winnerSubject)) return ''
  return {
    pass:
      "The gates pass although the winner's curves show the findings below. The verdict stands: it rests on the metrics " +
      'measured over seeds, and no gate looks at curves. Read the findings as room for improvement.',
    fail:
      "The gates fail, and the findings below about the winner's curves may say why. Try their first moves before you " +
      'loosen a gate.',
    inconclusive:
      'The verdict is open, and no gate looks at curves. The findings below say what may improve the winner, not whether ' +
      'it passes.',
  }[verdict.status]
}

/** Shown if no rule found anything; nothing if no curve was examined. */
export const silence = 'No rule found anything wrong with the curves of the verification.'
