import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mean, sampleSd } from '../src/stats/describe.ts'
import { root, sources } from './support/architecture.ts'

/** What the READMEs of examples quote. */
interface Lock {
  readonly levers: { readonly optimization: { readonly learningRate: number } }
  readonly seeds: readonly Readonly<Record<'validation' | 'test', Readonly<Record<string, number>>>>[]
}

describe.each(
  sources('examples/trainers', 'README.md').filter(
    ({ text }) => text.includes('The committed lock') && text.includes('| chosen |'),
  ),
)('$path', ({ path, text }) => {
  // The part on the committed lock ends with the next heading.
  const [own = ''] = text.slice(text.indexOf('The committed lock')).split('\n## ')
  const lock: Lock = JSON.parse(readFileSync(join(root, path.replace('README.md', 'tuning.lock.json')), 'utf8'))

  it('gives the numbers of its lock', () => {
    const rows = [...own.matchAll(/^\| (validation|test) (\w+), (\d+) seeds \| .* \| ([\d.]+) ± ([\d.]+) \|$/gm)]
    expect(rows.length).toBeGreaterThan(1)
    for (const [, split = '', metric = '', seeds, average = '', sd = ''] of rows) {
      const values: number[] = lock.seeds.map((seed) => seed[split as keyof typeof seed][metric] ?? NaN)
      expect(values).toHaveLength(Number(seeds))
      expect(mean(values).toFixed(average.split('.')[1]?.length)).toBe(average)
      expect(sampleSd(values).toFixed(sd.split('.')[1]?.length)).toBe(sd)
    }
    expect(own).toMatch(new RegExp(`^\\| learning rate \\| [\\d.]+ \\| ${lock.levers.optimization.learningRate} \\|$`, 'm'))
  })
})
