import { enumerated, groupBy } from '../base/lists.ts'
import { gateOf } from '../gates/index.ts'
import { capitalized } from '../gates/words.ts'
import type { GateVerdict } from '../records/verdict.ts'
import { confirmation } from '../stages/index.ts'
import { shownWorst } from './by-class.ts'
import { changeLines } from './change-lines.ts'
import { isTried, moveTexts, winnerSubject } from './diagnostics.ts'
import { wasCutShort } from './lock.ts'
import { lockNameOf } from './lock-name.ts'
import type { Report } from './model.ts'
import { whole } from './numbers.ts'
import { byUrgency, leverText, settleText } from './phrases.ts'
import { isResults, objectiveOn } from './sides.ts'

/** More advice than this is not followed. */
const mostFindings = 2
const mostRows = 5

/**
 * What the reader of a report should do about it: the most urgent first, one or two plain sentences each. Names in them come
 * from the data, so each renderer escapes them. Empty only if there is nothing to do.
 */
export function nextSteps(report: Report): readonly string[] {
  return [
    ...failSteps(report),
    ...noticeSteps(report),
    ...gateSteps(report),
    ...cutSteps(report),
    ...lockSteps(report),
    ...warningSteps(report),
    ...findingSteps(report),
    ...rowSteps(report),
  ]
}

function failSteps({ verdict: { gates } }: Report): string[] {
  const failed = gates.filter(({ status, blocks }) => status === 'fail' && blocks)
  if (failed.length === 0) return []
  return [
    `Do not use this result yet: ${enumerated(failed.map(nameOf))} ${failed.length === 1 ? 'fails' : 'fail'} on clear ` +
      'evidence, which more seeds are unlikely to change. Change the model, the data or the levers. If you accept the result, ' +
      'move the limit first, in a change of its own.',
  ]
}

function noticeSteps(report: Report): string[] {
  const count = changeLines(report).length
  if (count === 0) return []
  const [what, them] = count === 1 ? ['warning', 'it'] : ['warnings', 'them']
  return [`Read the ${what} above the verdict, and decide whether you accept ${them}.`]
}

/** What would settle each open gate that blocks; gates with the same remedy together. */
function gateSteps({ verdict: { gates } }: Report): string[] {
  if (gates.length === 0) return ['Declare a gate in the spec. Without one, no result can fail.']
  const open = byUrgency(gates).flatMap(({ gate }) => {
    const settle = gate.blocks ? settleText(gate) : ''
    return settle === '' ? [] : [{ gate, settle }]
  })
  return [...groupBy(open, ({ settle }) => settle)].map(
    ([settle, of]) =>
      `${capitalized(enumerated(of.map(({ gate }) => nameOf(gate))))} ${of.length === 1 ? 'is' : 'are'} open. ${settle}`,
  )
}

/** `regression (test accuracy)`. */
const nameOf = ({ rule }: GateVerdict): string => `${rule.gate} (${gateOf(rule).subject(rule)})`

/** A budget of trials may be too small for a stage, which then leaves the trials to later ones. */
function cutSteps({ budget, omissions }: Report): string[] {
  const small = budget.trials !== null && omissions.some(({ stage }) => stage !== null && stage !== confirmation.name)
  const cut = wasCutShort(budget) ? 'minutes' : (budget.exhausted ?? (small ? 'trials' : null))
  return cut === null ? [] : [`Raise budget.${cut} in the spec, and run again. The budget did not allow all planned runs.`]
}

/** A lock is worth committing if its study passed and was not cut short. Without verified seeds, it judges nothing. */
function lockSteps(report: Report): string[] {
  const { verdict, budget, study, levers, verification } = report
  if (verdict.status !== 'pass' || verdict.gates.length === 0 || verification === null || wasCutShort(budget)) return []
  const lock = lockNameOf(study.specFile)
  const commit = `commit ${lock} from the output folder beside the spec`
  if (isResults(report)) return [`To judge later results against these, ${commit}.`]
  if (levers.sinceLock?.length === 0) return ['Nothing to adopt: the levers are those of the lock.']
  const values = levers.changes.map(({ lever, to }) => `${lever} ${leverText(to)}`)
  const keep = values.length === 0 ? 'To judge later changes against this result' : `To keep ${enumerated(values)}`
  const then = values.length === 0 ? '' : ' Later changes are then judged against this result.'
  return [`${unshown(report)}${keep}, ${commit}.${then}`]
}

/** Levers that gates let pass need not be better: then staying with the declared ones is as sound. */
function unshown(report: Report): string {
  const found = objectiveOn(report, 'test')
  if (report.levers.changes.length === 0 || !found || found.claim === 'better') return ''
  return `Test rows do not show that the new levers are better in ${found.metric}, so the declared ones are as sound a choice. `
}

function warningSteps({ data: { findings } }: Report): string[] {
  const checks = [...new Set(findings.filter(({ severity }) => severity !== 'note').map(({ check }) => check))]
  return checks.length === 0 ? [] : [`Look into what the data checks warn of: ${enumerated(checks)}.`]
}

/** What the winner's curves suggest, apart from what a stage of this study has tried; one move for each lever. */
function findingSteps(report: Report): string[] {
  const levers = new Set<string | null>()
  return report.diagnostics
    .filter(({ subject }) => subject === winnerSubject)
    .flatMap((finding) => {
      const ran = report.stages.some(({ stage, state }) => stage === finding.stage && state === 'ran')
      const at = finding.moves.findIndex((move, i) => !(ran && i === 0) && !isTried(finding, move, report))
      const [move, text] = [finding.moves[at], moveTexts(finding, report)[at]]
      if (!move || (move.lever !== null && levers.has(move.lever))) return []
      levers.add(move.lever)
      return [`${finding.title}. Try this next: ${text}.`]
    })
    .slice(0, mostFindings)
}

/** Rows that every seed gets wrong are the likeliest to have a wrong label. */
function rowSteps({ verification }: Report): string[] {
  const worst = verification?.worst
  // A model that has learned nothing is wrong on most rows.
  if (!worst || verification.guess) return []
  const wrong = shownWorst(worst).filter((row) => row.wrong === worst.seeds)
  if (wrong.length === 0) return []
  const numbers = enumerated(wrong.slice(0, mostRows).map(({ row }) => whole(row)))
  const rows = wrong.length === 1 ? `row ${numbers}` : `rows ${numbers}`
  return [
    `Look at ${worst.split} rows that every seed gets wrong, such as ${rows} of the data. If labels are wrong, check those of other rows too.`,
  ]
}
