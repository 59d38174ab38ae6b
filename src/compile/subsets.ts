// What gates measure on classes and segments.
import { didYouMean } from '../base/diagnostics.ts'
import { fingerprint } from '../base/hash.ts'
import { listed } from '../base/lists.ts'
import { gateOf } from '../gates/index.ts'
import type { DataFacts } from '../records/plan.ts'
import type { GateRule, Measured } from '../records/gates.ts'
import { partName, partOf, type SubsetRequest } from '../records/subsets.ts'
import type { Report } from './problem.ts'

/** Whether a rule measures one class or target or segments, and not whole splits of all of them. */
export const isOnSubset = ({ segments, ...part }: Measured): boolean =>
  partName(part) !== undefined || segments !== undefined

/** What runs must measure for these rules, each once. */
export function subsetsIn(gates: readonly GateRule[]): SubsetRequest[] {
  const all = gates.flatMap((rule): SubsetRequest[] => {
    const measured = gateOf(rule).measures(rule)
    if (!measured || !isOnSubset(measured)) return []
    const { metric, segments } = measured
    return [{ metric, ...partOf(measured), ...(segments && { segments }) }]
  })
  return [...new Map(all.map((one) => [fingerprint(one), one])).values()]
}

/** The most classes or targets that an error lists. */
const mostListed = 20

/** The name that was meant. A whole number may be the position of a target, as data.target counts columns. */
function hintFor(key: 'class' | 'target', named: string, names: readonly string[]): { readonly hint?: string } {
  const isPosition = key === 'target' && /^-?\d{1,9}$/.test(named)
  const meant = isPosition ? names.at(Number(named)) : didYouMean(named, names)
  const said = [
    ...(meant === undefined ? [] : [`did you mean "${meant}"?`]),
    ...(isPosition ? ['a gate needs the name of a target, not its position'] : []),
  ]
  return said.length === 0 ? {} : { hint: said.join(' ') }
}

/** A class or target that a gate names must be one of the data. */
export function checkSubsetParts(gates: readonly GateRule[], { classes, targets }: DataFacts, report: Report): void {
  const known = { class: classes, target: targets ?? null }
  for (const [index, rule] of gates.entries()) {
    const gate = gateOf(rule)
    for (const key of ['class', 'target'] as const) {
      const [named, names] = [gate.measures(rule)?.[key], known[key]]
      if (named === undefined || names?.includes(named)) continue
      if (names === null) {
        report(`gate-${key}`, ['gates', index, gate.name, key], `the data have no ${key} to name`, {
          found: named,
          hint: 'leave it out: data.target lists one column, so the metric is that of this target',
        })
        continue
      }
      const what = key === 'class' ? 'a class that the target does not have' : 'a target that data.target does not list'
      report(`gate-${key}`, ['gates', index, gate.name, key], `the gate names ${what}`, {
        found: named,
        allowed: listed(names, mostListed),
        ...hintFor(key, named, names),
      })
    }
  }
}
