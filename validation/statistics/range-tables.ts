import { mean, median, sampleSd } from '../../src/stats/describe.ts'
import { confirmedRates } from '../../src/stages/lr-range/find-rate.ts'
import { defaults as settings } from '../../src/stages/lr-range/settings.ts'
import { wilson } from '../diagnosis/tables.ts'
import { ways, type Searched } from './range-test.ts'
import { type Facts, table } from './tables.ts'

/** Everything that `docs/validation/range-test.md` says. */
export function rangeTables(all: readonly Searched[], facts: Facts): string {
  const tests = all.reduce((sum, s) => sum + s.tests.length, 0)
  const [first] = all
  return [
    '# The range test against exhaustive search',
    '',
    `${facts.date}, tunegate ${facts.version}, ${facts.engine}. Written by \`npm run prove -- range-test\`.`,
    '',
    `${all.length} combinations of model, data and optimizer. Exhaustive search: ${first?.grid.length ?? 0} rates ` +
      `from 1e-4 to 10, ${first?.grid[0]?.test.length ?? 0} full runs of each. The stage \`lr-range\` as the preset ` +
      `sets it (${settings.seeds} sweeps of ${settings.steps} steps, ${settings.backOff.length} rates below the edge in one ` +
      `full run each, the best ${confirmedRates} compared with the incumbent's in ${settings.confirmSeeds} more), from an ` +
      `incumbent of 1e-5, ${tests} times under seeds of its own. fastai's valley and Lightning's suggestion are read off each of the same ` +
      'sweeps; Lightning\'s differentiates by the rate, "steepest" by its logarithm.',
    '',
    'Every rate that anything picked was trained in full under the seeds of the grid. Regret: its mean loss less the ' +
      'lowest of the grid, in seed SDs (those of the grid, pooled over the rates that come within twice the lowest loss, ' +
      `at least ${leastSd} nats). Factor: how far it lies outside the rates of the grid whose regret is 2 at most, 1 inside. ` +
      'A rate under which a seed does not finish has a regret without end; a test that names no rate counts as missed. The ' +
      'grid has 3 seeds a rate, so its SDs are rough.',
    '',
    'The losses are those on test rows, which neither the stage nor the grid chose by. Until 2026-11-30 they were those on ' +
      'validation rows at the best checkpoint, which the second table shows. They do not see what few rows and high rates do ' +
      'to other rows, so the stage no longer follows them that far: where validation rows are few, it takes the rate ' +
      "nearest to the incumbent's of those that one more mistake would put level. The stage before that took the best mean " +
      'of the rates that it confirmed; on validation rows it came within 2 SDs in 14 of 24, and it named no rate in 7.',
    '',
    '## All combinations',
    '',
    overall(all, 'test'),
    '',
    'On the validation rows:',
    '',
    overall(all, 'validation'),
    '',
    '## By combination',
    '',
    byCombination(all, 'test'),
    '',
    '## Cost',
    '',
    costs(all),
    '',
  ].join('\n')
}

/** The rows that a loss is of. */
type Part = 'validation' | 'test'
type Way = keyof typeof ways
const wayNames = Object.keys(ways) as readonly Way[]

/** In nats: on data that a model gets all right, seeds differ by less than anybody would care for. */
const leastSd = 0.01

interface Pick {
  readonly rate: number | null
  readonly factor: number
  readonly regret: number
}

function picksOf(searched: Searched, way: Way, part: Part): Pick[] {
  const { least, sd, good } = curveOf(searched, part)
  return searched.tests
    .flatMap((test) => [...ways[way](test)])
    .map((rate) => {
      if (rate === null) return { rate, factor: Infinity, regret: Infinity }
      const found = searched.picked.find((p) => p.rate === rate)
      const [low, high] = [Math.min(...good), Math.max(...good)]
      return { rate, factor: Math.max(1, rate / high, low / rate), regret: (meanLoss(found?.[part] ?? [null]) - least) / sd }
    })
}

const finished = (losses: readonly (number | null)[]): losses is readonly number[] => losses.every((l) => l !== null)
const meanLoss = (losses: readonly (number | null)[]): number => (finished(losses) ? mean(losses) : Infinity)

/** The lowest loss of the grid, the seed SD around it, and the rates that reach it but for two of those. */
function curveOf(
  { grid }: Searched,
  part: Part,
): { readonly least: number; readonly sd: number; readonly good: readonly number[] } {
  const means = grid.map((g) => meanLoss(g[part]))
  const least = Math.min(...means)
  const near = grid.flatMap((g) => {
    const losses = g[part]
    return finished(losses) && mean(losses) <= 2 * least ? [sampleSd(losses) ** 2] : []
  })
  const sd = Math.max(leastSd, Math.sqrt(mean(near)))
  return { least, sd, good: grid.flatMap((g, i) => ((means[i] as number) <= least + 2 * sd ? [g.rate] : [])) }
}

function overall(all: readonly Searched[], part: Part): string {
  return table(
    [
      'Method',
      'Picks',
      'Named no rate',
      'Within 2 seed SDs of the best loss',
      'Within a factor of 3 of the good rates',
      'Median factor',
      'Median regret, SDs',
      'Worst regret, SDs',
    ],
    wayNames.map((way) => {
      const picks = all.flatMap((searched) => picksOf(searched, way, part))
      const regrets = picks.map((p) => p.regret)
      return [
        way,
        String(picks.length),
        String(picks.filter((p) => p.rate === null).length),
        share(picks, (p) => p.regret <= 2),
        share(picks, (p) => p.factor <= 3),
        number(median(picks.map((p) => p.factor))),
        number(median(regrets)),
        number(Math.max(...regrets)),
      ]
    }),
  )
}

function share(picks: readonly Pick[], holds: (pick: Pick) => boolean): string {
  const hits = picks.filter(holds).length
  const [low, high] = wilson(hits, picks.length)
  return `${(hits / picks.length).toFixed(2)} (${hits}/${picks.length}) [${low.toFixed(2)}, ${high.toFixed(2)}]`
}

const number = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(2))) : '∞')

function byCombination(all: readonly Searched[], part: Part): string {
  return table(
    [
      'Model and data, optimizer',
      'Good rates',
      'Lowest loss (seed SD)',
      ...wayNames.map((way) => `${way}: rates, median regret`),
    ],
    all.map((searched) => {
      const { least, sd, good } = curveOf(searched, part)
      return [
        searched.name,
        `${number(Math.min(...good))} to ${number(Math.max(...good))}`,
        `${least.toPrecision(3)} (${sd.toPrecision(2)})`,
        ...wayNames.map((way) => {
          const picks = picksOf(searched, way, part)
          return `${range(picks.map((p) => p.rate))}; ${number(median(picks.map((p) => p.regret)))}`
        }),
      ]
    }),
  )
}

function range(rates: readonly (number | null)[]): string {
  const found = rates.flatMap((rate) => rate ?? [])
  const none = rates.length - found.length
  const named = found.length === 0 ? 'none' : `${number(Math.min(...found))} to ${number(Math.max(...found))}`
  return none > 0 && found.length > 0 ? `${named}, ${none} × none` : named
}

function costs(all: readonly Searched[]): string {
  return table(
    [
      'Model and data, optimizer',
      'Exhaustive search, steps',
      'Range test, steps',
      'Share',
      'One sweep (valley, suggestion), steps',
    ],
    all.map(({ name, grid, tests }) => {
      const [search, test] = [grid.reduce((sum, g) => sum + g.steps, 0), mean(tests.map((t) => t.steps))]
      const sweep = mean(tests.map((t) => t.sweepSteps)) / settings.seeds
      return [name, String(search), test.toFixed(0), (test / search).toFixed(2), sweep.toFixed(0)]
    }),
  )
}
