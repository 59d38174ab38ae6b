import { normalize } from '../src/compile/normalize.ts'
import { parseSpec } from '../src/dsl/parse.ts'
import type { AnyGateRule } from '../src/gates/index.ts'
import { parseLock } from '../src/report/lock.ts'
import { mean, sampleSd } from '../src/stats/describe.ts'
import { tQuantile } from '../src/stats/distributions.ts'
import { tInterval } from '../src/stats/intervals.ts'

/** Steps through the arithmetic of a study's threshold gate, with the numbers of its spec and its committed lock. */
export function explainedVerdict(specText: string, lockText: string): string {
  const parsed = parseSpec(specText, 'tuning.yml')
  const spec = parsed.ok ? normalize(parsed.value) : parsed
  if (!spec.ok) throw new Error(spec.error.map((d) => d.message).join('\n'))
  // Every rule of a spec was made by a gate of the registry.
  const rule = (spec.value.gates as readonly AnyGateRule[]).find((gate) => gate.gate === 'threshold')
  if (rule?.gate !== 'threshold' || rule.min === null || rule.split !== 'test')
    throw new Error('the example has no threshold on test rows')
  const { metric, min } = rule
  const values = parseLock(lockText, 'tuning.lock.json').seeds.map((seed) => seed.test?.[metric] ?? Number.NaN)
  const found = tInterval(values, 0.9)
  if (found.kind === 'undefined') throw new Error(found.reason)
  const [center, sd, reach] = [mean(values), sampleSd(values), tQuantile(0.95, values.length - 1)]
  const error = sd / Math.sqrt(values.length)
  const [lower, upper] = [found.lower, found.upper].map((value) => value.toFixed(4))
  return `The last gate of the digits example says: *mean ${rule.split} ${metric} over ${values.length} seeds is ${center.toFixed(4)}
(90 % interval ${lower} to ${upper}): entirely at or above ${min}.*

The study trained the same levers ${values.length} times, each time with different initial weights and in a different order. These are the
shares of test rows that each training got right: ${values.map((value) => value.toFixed(4)).join(', ')}. Nothing changed between
them, yet they differ. That is the whole difficulty: any single run could have been a good day or a bad one.

1. The mean is ${center.toFixed(4)}. One more training would have moved it a little, so the mean is close to the truth but is not the truth.
2. How close? The ${values.length} values lie about ${sd.toFixed(4)} from their mean (the standard deviation). A mean of ${values.length} is steadier than a
   single value by √${values.length}: ${sd.toFixed(4)} / √${values.length} = ${error.toFixed(4)}.
3. ${values.length} values give only a rough estimate of the spread, so the interval reaches further than it would for a hundred: ${reach.toFixed(2)} times
   ${error.toFixed(4)} to either side (Student's t with ${values.length - 1} degrees of freedom). That gives ${lower} to ${upper}. An interval made this
   way misses the truth on its low side about once in twenty times.
4. The limit, ${min}, was written down before the training. The whole interval lies above it: **pass**. If the whole interval lay
   below it, the gate would **fail**. If ${min} lay inside, ${values.length} seeds could not tell, and the gate would say **inconclusive** and
   how many seeds would settle it.
5. How close was the call? *These seeds would pass with any level up to ${lower}*, the lower end. Use that number to set
   the limit of the next study: a limit chosen after the numbers are known proves nothing.`
}
