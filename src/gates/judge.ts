import { unreachable } from '../base/result.ts'
import { isResourceRule } from '../records/gates.ts'
import type { GateRule } from '../records/plan.ts'
import type { GateVerdict, Verdict, VerdictStatus } from '../records/verdict.ts'
import { calibration } from './calibration.ts'
import { singleLook, type GateEvidence, type Look } from './evidence.ts'
import { modelSize } from './model-size.ts'
import { regression } from './regression.ts'
import { seedVariance } from './seed-variance.ts'
import { spreadRatio } from './spread-ratio.ts'
import { threshold } from './threshold.ts'
import { trainingTime } from './training-time.ts'

/**
 * Holds every rule against the evidence. The verdict is fail if any gate fails, else inconclusive if an inconclusive gate
 * blocks, else pass. All gates must pass, so several gates need no correction for multiplicity.
 * Without gates it is inconclusive: a pass that nothing was asked of would not be earned.
 */
export function judge(rules: readonly GateRule[], evidence: GateEvidence, look: Look = singleLook): Verdict {
  const gates = rules.map((rule) => judgeOne(rule, evidence, look)).map((gate) => (look.cutShort ? notExcused(gate) : gate))
  const status = overall(gates)
  return { status, sentence: sentenceOf(status, gates), gates }
}

function judgeOne(rule: GateRule, evidence: GateEvidence, look: Look): GateVerdict {
  switch (rule.gate) {
    case 'seed-variance':
      return 'maxRatio' in rule ? spreadRatio(rule, evidence, look) : seedVariance(rule, evidence, look)
    case 'regression':
      return regression(rule, evidence, look)
    case 'threshold':
      return threshold(rule, evidence, look)
    case 'calibration':
      return calibration(rule, evidence, look)
    case 'training-time':
      return trainingTime(rule, evidence)
    case 'model-size':
      return modelSize(rule, evidence)
    default:
      return unreachable(rule, 'gate')
  }
}

/**
 * `onInconclusive: pass` is for what the planned seeds cannot decide. Where time kept them from being trained nobody knows
 * whether they could, and a slow model must not come through by being slow.
 */
function notExcused(gate: GateVerdict): GateVerdict {
  if (gate.status !== 'inconclusive' || gate.settled !== false || gate.blocks) return gate
  const note = 'The budget of minutes ended the verification before its last seed, so the gate is not let through as inconclusive.'
  return { ...gate, blocks: true, notes: [...gate.notes, note] }
}

/** Whether every gate is decided, or open for another reason than too few seeds. Without gates nothing is. */
export const isSettled = ({ gates }: Verdict): boolean => gates.length > 0 && gates.every((g) => g.settled !== false)

/** As a list of gates names it. */
const nameOf = (rule: GateRule): string => (isResourceRule(rule) ? rule.gate : `${rule.gate} (${rule.metric})`)

function overall(gates: readonly GateVerdict[]): VerdictStatus {
  if (gates.length === 0) return 'inconclusive'
  if (gates.some((g) => g.status === 'fail')) return 'fail'
  return gates.some((g) => g.blocks) ? 'inconclusive' : 'pass'
}

function sentenceOf(status: VerdictStatus, gates: readonly GateVerdict[]): string {
  if (gates.length === 0) {
    return 'No gate was declared, so nothing was judged: a pass would not be earned. Add gates to the spec.'
  }
  const names = (of: VerdictStatus): string[] =>
    gates.filter((g) => g.status === of).map((g) => nameOf(g.rule))
  const open = names('inconclusive')
  const openWords = open.length === 0 ? '' : ` Inconclusive: ${open.join(', ')}.`
  switch (status) {
    case 'pass':
      return open.length === 0
        ? `${gates.length === 1 ? 'The gate passes' : `All ${gates.length} gates pass`}.`
        : `${names('pass').length} of ${gates.length} gates pass; the spec lets the inconclusive through.${openWords}`
    case 'fail':
      return `${names('fail').length} of ${gates.length} gates fail: ${names('fail').join(', ')}.${openWords}`
    case 'inconclusive':
      return `No gate fails, but ${open.length} of ${gates.length} cannot be decided.${openWords}`
    default:
      return unreachable(status, 'status')
  }
}
