// What gates measure on classes and segments.
import { didYouMean } from '../base/diagnostics.ts'
import { fingerprint } from '../base/hash.ts'
import { listed } from '../base/lists.ts'
import { gateOf } from '../gates/index.ts'
import type { GateRule, Measured } from '../records/gates.ts'
import type { SubsetRequest } from '../records/subsets.ts'
import type { Report } from './problem.ts'

/** Whether a rule measures one class or segments, and not whole splits. */
export const isOnSubset = ({ class: named, segments }: Measured): boolean => named !== undefined || segments !== undefined

/** What runs must measure for these rules, each once. */
export function subsetsIn(gates: readonly GateRule[]): SubsetRequest[] {
  const all = gates.flatMap((rule): SubsetRequest[] => {
    const measured = gateOf(rule).measures(rule)
    if (!measured || !isOnSubset(measured)) return []
    const { metric, class: named, segments } = measured
    return [{ metric, ...(named !== undefined && { class: named }), ...(segments && { segments }) }]
  })
  return [...new Map(all.map((one) => [fingerprint(one), one])).values()]
}

/** The most classes that an error lists. */
const mostListed = 20

/** A class that a gate names must be one of the data. */
export function checkSubsetClasses(gates: readonly GateRule[], classes: readonly string[] | null, report: Report): void {
  for (const [index, rule] of gates.entries()) {
    const gate = gateOf(rule)
    const named = gate.measures(rule)?.class
    if (named === undefined || classes === null || classes.includes(named)) continue
    const meant = didYouMean(named, classes)
    report('gate-class', ['gates', index, gate.name, 'class'], 'the gate names a class that the target does not have', {
      found: named,
      allowed: listed(classes, mostListed),
      ...(meant === undefined ? {} : { hint: `did you mean "${meant}"?` }),
    })
  }
}
