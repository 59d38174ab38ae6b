import { unreachable } from '../base/result.ts'
import type { GateRule } from '../records/gates.ts'
import type { GateVerdict, Verdict, VerdictStatus } from '../records/verdict.ts'
import { singleAnalysis, type GateEvidence, type InterimAnalysis } from './evidence.ts'
import { gateOf } from './index.ts'
import { judgeRule } from './segments.ts'

/**
 * Judges every rule on the evidence. The verdict is fail if any gate fails, else inconclusive if an inconclusive gate
 * blocks, else pass. All gates must pass, so several gates need no correction for multiplicity. Without gates the verdict is
 * inconclusive: a pass that tested nothing would be unearned.
 */
export function judge(
  rules: readonly GateRule[],
  evidence: GateEvidence,
  analysis: InterimAnalysis = singleAnalysis,
): Verdict {
  const gates = rules
    .map((rule) => judgeOne(rule, evidence, analysis))
    .map((gate) => (analysis.cutShort ? notExcused(gate) : gate))
  const status = overall(gates)
  return { status, sentence: sentenceOf(status, gates), gates }
}

/** Combines rule and finding. This is the only place that decides what blocks. */
function judgeOne(rule: GateRule, evidence: GateEvidence, analysis: InterimAnalysis): GateVerdict {
  const gate = gateOf(rule)
  const { limit, sides, finding } = judgeRule(gate, rule, evidence, analysis)
  const { seedsToSettle, settled, unmeasured, evidence: supplementary = [], segments, ...found } = finding
  const leftOut = segments?.some(({ status }) => status === 'not-judged')
  const open = finding.status === 'inconclusive'
  const excused = rule.onInconclusive === 'pass'
  const unearned =
    open && excused && unmeasured ? ['Nothing could be measured, so the inconclusive gate is not let through.'] : []
  return {
    rule,
    asks: gate.question(rule),
    limit,
    ...found,
    notes: [...found.notes, ...unearned],
    settled: settled ?? (finding.status !== 'inconclusive' || seedsToSettle === undefined),
    seedsToSettle: seedsToSettle ?? null,
    // With a segment that is not judged, no limit lets the gate pass.
    change: finding.estimate === null || leftOut ? null : gate.passingLimits(rule, finding.estimate),
    ...(supplementary.length > 0 ? { evidence: supplementary } : {}),
    ...(segments ? { segments } : {}),
    ...sides,
    blocks: finding.status === 'fail' || (open && (!excused || unmeasured === true)),
  }
}

/**
 * `onInconclusive: pass` covers what the planned seeds cannot decide. If the time budget kept some of them from being
 * trained, nobody knows whether they could have decided, and a slow model must not pass because it is slow.
 */
function notExcused(gate: GateVerdict): GateVerdict {
  if (gate.status !== 'inconclusive' || gate.settled !== false || gate.blocks) return gate
  const note = 'The time budget ended the verification before its last seed, so the inconclusive gate is not let through.'
  return { ...gate, blocks: true, notes: [...gate.notes, note] }
}

/** Whether every gate is decided, or is open for a reason other than too few seeds. False without gates. */
export const isSettled = ({ gates }: Verdict): boolean => gates.length > 0 && gates.every((g) => g.settled !== false)

/** The rule's name in a list of gates. */
function nameOf(rule: GateRule): string {
  const measured = gateOf(rule).measures(rule)
  return measured === null ? rule.gate : `${rule.gate} (${measured.metric})`
}

function overall(gates: readonly GateVerdict[]): VerdictStatus {
  if (gates.length === 0) return 'inconclusive'
  if (gates.some((g) => g.status === 'fail')) return 'fail'
  return gates.some((g) => g.blocks) ? 'inconclusive' : 'pass'
}

function sentenceOf(status: VerdictStatus, gates: readonly GateVerdict[]): string {
  if (gates.length === 0) {
    return 'No gate is declared, so nothing was judged and nothing can pass. Add gates to the spec.'
  }
  const names = (of: VerdictStatus): string[] => gates.filter((g) => g.status === of).map((g) => nameOf(g.rule))
  const open = names('inconclusive')
  const openWords = open.length === 0 ? '' : ` Inconclusive: ${open.join(', ')}.`
  switch (status) {
    case 'pass':
      return open.length === 0
        ? `${gates.length === 1 ? 'The gate passes' : `All ${gates.length} gates pass`}.`
        : `${names('pass').length} of ${gates.length} gates pass; the spec lets inconclusive gates pass.${openWords}`
    case 'fail':
      return `${names('fail').length} of ${gates.length} gates fail: ${names('fail').join(', ')}.${openWords}`
    case 'inconclusive':
      return `No gate fails, but ${open.length} of ${gates.length} cannot be decided.${openWords}`
    default:
      return unreachable(status, 'status')
  }
}
