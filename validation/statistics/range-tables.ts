import { mean, median, sampleSd } from '../../src/stats/describe.ts'
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
      `from 1e-4 to 10, ${first?.grid[0]?.losses.length ?? 0} full runs of each. The stage \`lr-range\` as the preset ` +
      `sets it (${settings.seeds} sweeps of ${settings.steps} steps, ${settings.backOff.length + 1} rates confirmed ` +
      `by ${settings.confirmSeeds} runs of ${settings.confirmLength} of the full length), from an incumbent of 1e-5, ` +
      `${tests} times under seeds of its own. fastai's valley and Lightning's suggestion are read off each of the same ` +
      'sweeps; Lightning\'s differentiates by the rate, "steepest" by its logarithm.',
    '',
    'The stage takes the best mean of the rates it confirmed. The highest rate within noise of that, which it took before, ' +
      'came within 2 SDs in 8 of 24 on these combinations. Edges within a factor of 10 instead of 3 would come to 19 of 24 ' +
      'and name no rate once, by this measure; they are not taken, because validation loss at the best checkpoint does not ' +
      'see what small data and high rates do to test rows: on the wine example the rate would go to 0.98, at a likelihood ' +
      'loss of 5 to 15 nats on test rows where the declared rate has 0.4.',
    '',
    'Every rate that anything picked was trained in full under the seeds of the grid. Regret: its mean validation ' +
      'loss less the lowest of the grid, in seed SDs (those of the grid, pooled over the rates that come within ' +
      `twice the lowest loss, at least ${leastSd} nats). Factor: how far it lies outside the rates of the grid whose ` +
      'regret is 2 at most, 1 inside. A rate under which a seed does not finish has a regret without end; a test ' +
      'that names no rate counts as missed.',
    '',
    'The measure was changed after a first version of this table had been seen. That one took factor and regret from ' +
      'the single best rate of the grid, with no floor of the SD; it broke on wine (loss 0, SD 0), and by it the ' +
      'range test came within 2 SDs in 5 of 24 and within a factor of 3 in half. The grid has 3 seeds a rate, so its ' +
      'SDs are rough.',
    '',
    '## All combinations',
    '',
    overall(all),
    '',
    '## By combination',
    '',
    byCombination(all),
    '',
    '## Cost',
    '',
    costs(all),
    '',
  ].join('\n')
}

type Way = keyof typeof ways
const wayNames = Object.keys(ways) as readonly Way[]

/** In nats: on data that a model gets all right, seeds differ by less than anybody would care for. */
const leastSd = 0.01

interface Pick {
  readonly rate: number | null
  readonly factor: number
  readonly regret: number
}

function picksOf(searched: Searched, way: Way): Pick[] {
  const { least, sd, good } = curveOf(searched)
  return searched.tests
    .flatMap((test) => [...ways[way](test)])
    .map((rate) => {
      if (rate === null) return { rate, factor: Infinity, regret: Infinity }
      const found = searched.picked.find((p) => p.rate === rate)
      const [low, high] = [Math.min(...good), Math.max(...good)]
      return { rate, factor: Math.max(1, rate / high, low / rate), regret: (meanLoss(found?.losses ?? [null]) - least) / sd }
    })
}

const finished = (losses: readonly (number | null)[]): losses is readonly number[] => losses.every((l) => l !== null)
const meanLoss = (losses: readonly (number | null)[]): number => (finished(losses) ? mean(losses) : Infinity)

/** The lowest loss of the grid, the seed SD around it, and the rates that reach it but for two of those. */
function curveOf({ grid }: Searched): { readonly least: number; readonly sd: number; readonly good: readonly number[] } {
  const means = grid.map((g) => meanLoss(g.losses))
  const least = Math.min(...means)
  const near = grid.flatMap((g) => (finished(g.losses) && mean(g.losses) <= 2 * least ? [sampleSd(g.losses) ** 2] : []))
  const sd = Math.max(leastSd, Math.sqrt(mean(near)))
  return { least, sd, good: grid.flatMap((g, i) => ((means[i] as number) <= least + 2 * sd ? [g.rate] : [])) }
}

function overall(all: readonly Searched[]): string {
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
      const picks = all.flatMap((searched) => picksOf(searched, way))
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

function byCombination(all: readonly Searched[]): string {
  return table(
    [
      'Model and data, optimizer',
      'Good rates',
      'Lowest loss (seed SD)',
      ...wayNames.map((way) => `${way}: rates, median regret`),
    ],
    all.map((searched) => {
      const { least, sd, good } = curveOf(searched)
      return [
        searched.name,
        `${number(Math.min(...good))} to ${number(Math.max(...good))}`,
        `${least.toPrecision(3)} (${sd.toPrecision(2)})`,
        ...wayNames.map((way) => {
          const picks = picksOf(searched, way)
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
