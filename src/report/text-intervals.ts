import { gateOf } from '../gates/index.ts'
import type { GateVerdict } from '../records/verdict.ts'
import { short } from './numbers.ts'

const columns = 41

/**
 * The intervals of the gates as text, for places without pictures: one line per gate on its own axis, and a line that
 * explains them. Empty if no gate has an interval. It contains only numbers and our own words.
 */
export function textIntervals(gates: readonly GateVerdict[]): string {
  const lines = gates.flatMap((gate) => (gate.estimate ? [intervalLine(gate, gate.estimate)] : []))
  if (lines.length === 0) return ''
  const width = Math.max(...lines.map((l) => l.name.length))
  return [
    ...lines.map((l) => `${l.name.padEnd(width)}  ${l.axis}  ${l.values}`),
    `${''.padEnd(width)}  ● measured, ━ its interval, ┃ the limit, 0 (of a ratio 1) would be no change; each line has its own scale`,
  ].join('\n')
}

function intervalLine(gate: GateVerdict, estimate: NonNullable<GateVerdict['estimate']>) {
  const { value, lower, upper } = estimate
  const { rule } = gate
  const definition = gateOf(rule)
  const neutral = definition.neutral(rule)
  const all = [value, lower, upper, gate.limit, ...(neutral === null ? [] : [neutral])].filter(Number.isFinite)
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const at = (x: number): number =>
    Math.max(0, Math.min(columns - 1, Math.round(((x - low) / (high - low || 1)) * (columns - 5)) + 2))
  const axis = Array.from<unknown, string>({ length: columns }, (_, i) => (i >= at(lower) && i <= at(upper) ? '━' : '·'))
  if (neutral !== null) axis[at(neutral)] = String(neutral)
  axis[at(gate.limit)] = '┃'
  axis[at(value)] = '●'
  return {
    name: definition.measures(rule) === null ? rule.gate : `${rule.gate} ${definition.subject(rule)}`,
    axis: axis.join(''),
    values: `${short(value, 3)} (${short(lower, 3)} to ${short(upper, 3)}), limit ${short(gate.limit, 3)}`,
  }
}
