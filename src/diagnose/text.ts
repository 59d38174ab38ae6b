import { printable } from '../base/printable.ts'
import type { TooShort } from './diagnose.ts'
import type { Finding, Move, Sight } from './finding.ts'

/** `in 4 of 5 seeds`, or nothing if there is one run. */
export const seenIn = ({ seeds: { seen, of } }: Finding): string => (of === 1 ? '' : `in ${seen} of ${of} seeds`)

/** Where and what: `seed 3, epoch 2: the loss …`. */
export function sightText({ seed, epochs, sentence }: Sight): string {
  const span = epochs === null ? '' : epochs[0] === epochs[1] ? `epoch ${epochs[0]}` : `epochs ${epochs[0]} to ${epochs[1]}`
  const place = [seed === null ? '' : `seed ${seed}`, span].filter((part) => part !== '').join(', ')
  return place === ''
    ? `${sentence[0]?.toUpperCase() ?? ''}${sentence.slice(1)}.`
    : `${place[0]?.toUpperCase() ?? ''}${place.slice(1)}: ${sentence}.`
}

export const moveText = ({ lever, change }: Move): string => (lever === null ? change : `${lever}: ${change}`)

/** Findings for a terminal, as plain text; if there are none, a sentence that says so. */
export function findingsText(
  findings: readonly Finding[],
  groups: readonly { readonly subject: string; readonly runs: number; readonly tooShort?: TooShort }[],
): string {
  return groups
    .map(({ subject, runs, tooShort }) => {
      const own = findings.filter((f) => f.subject === subject)
      const head = `${printable(subject)} (${runs} ${runs === 1 ? 'run' : 'runs'})`
      const rest = tooShort && tooShort.rules > 0 ? shortText(tooShort) : ''
      if (own.length === 0) return `${head}: no rule found anything wrong${rest === '' ? '' : `, but ${rest}`}.\n`
      return `${head}\n${own.map(findingText).join('\n')}${rest === '' ? '' : `\n  Besides, ${rest}.\n`}`
    })
    .join('\n')
}

const shortText = ({ rules, of }: TooShort): string => `${rules} of ${of} rules had too few evaluations or steps to judge`

function findingText(finding: Finding): string {
  const { rule, title, sights, cause, moves, stage } = finding
  const seen = seenIn(finding)
  const first = sights[0]
  return [
    `  ${title}${seen === '' ? '' : `, ${seen}`} [${rule}]`,
    ...(first ? [`    Seen:  ${printable(sightText(first))}`] : []),
    `    Cause: ${cause}`,
    ...moves.map((move, i) => `    ${i === 0 ? 'Try:  ' : '      '} ${i + 1}. ${moveText(move)}`),
    ...(stage === null ? [] : [`    Stage: ${stage} would test the first one.`]),
    '',
  ].join('\n')
}
