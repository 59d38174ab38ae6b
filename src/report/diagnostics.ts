import type { Finding } from '../diagnose/finding.ts'
import { plural } from './numbers.ts'

/** `declared levers, in 4 of 5 seeds`. */
export const subjectText = ({ subject, seeds: { seen, of } }: Finding): string =>
  of === 1 ? subject : `${subject}, in ${seen} of ${plural(of, 'seed')}`

/** The first piece of evidence as a sentence: where, then what. */
export function seenText({ sights }: Finding): string {
  const sight = sights[0]
  if (!sight) return ''
  const { seed, epochs, sentence } = sight
  const span = epochs === null ? '' : epochs[0] === epochs[1] ? `epoch ${epochs[0]}` : `epochs ${epochs[0]} to ${epochs[1]}`
  const place = [seed === null ? '' : `seed ${seed}`, span].filter((part) => part !== '').join(', ')
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${place === '' ? '' : ` (${place})`}.`
}

/** What to try, the most likely first. */
export const moveTexts = ({ moves }: Finding): string[] =>
  moves.map(({ lever, change }) => (lever === null ? change : `${lever}: ${change}`))

/** What to try, in order, and which stage would test the first. */
export function movesText(finding: Finding): string {
  const all = moveTexts(finding)
    .map((move, i) => `${i + 1}. ${move}`)
    .join('; ')
  return `${all}${finding.stage === null ? '' : `. Tested by the stage ${finding.stage}`}.`
}

/** Shown if no rule found anything; nothing if no curve was examined. */
export const silence = 'No rule found anything wrong with the curves of the verification.'
