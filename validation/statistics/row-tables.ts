// The tables of `rows.ts`: how often each way to judge is wrong about other rows.
import { initialGates } from '../../src/gates/initial.ts'
import { judgeInLooks } from '../../src/gates/sequential.ts'
import type { GateEvidence, SeedEvidence } from '../../src/gates/evidence.ts'
import type { AnyGateRule } from '../../src/gates/index.ts'
import { gain, higherIsBetter, type MetricName } from '../../src/records/metrics.ts'
import type { VerdictStatus } from '../../src/records/verdict.ts'
import { mean, sampleSd } from '../../src/stats/describe.ts'
import { designs, metricsOf, variants, type Design, type Population, type RowRun, type Variant } from './rows.ts'
import { shareWords, table, type Facts } from './tables.ts'

type Sample = Record<Design, Record<Variant, RowRun[]>>

export interface Sampled {
  readonly population: Population
  readonly samples: readonly Sample[]
}

/** A way to judge. */
interface Way {
  readonly words: string
  readonly design: Design
  /** Whether the error of the rows counts. */
  readonly rows: boolean
}

const ways: readonly Way[] = designs.flatMap((design) =>
  [false, true].map((rows) => ({ words: `${design}, ${rows ? 'seeds and rows' : 'seeds alone'}`, design, rows })),
)

/** Seeds at which gates are judged. */
const lookings: readonly (readonly number[])[] = [[5], [10], [5, 10]]

interface Count {
  decisions: number
  readonly said: Record<VerdictStatus, number>
}

/** What each way says to one question on every sample, added up. */
type Ask = (sample: Sample, way: Way, looks: readonly number[]) => VerdictStatus | null

function count(samples: readonly Sample[], ways_: readonly Way[], looks: readonly number[], ask: Ask): Count[] {
  return ways_.map((way) => {
    const found: Count = { decisions: 0, said: { pass: 0, fail: 0, inconclusive: 0 } }
    for (const sample of samples) {
      const status = ask(sample, way, looks)
      if (status === null) continue
      found.decisions++
      found.said[status]++
    }
    return found
  })
}

const seedsOf = (runs: readonly RowRun[], way: Way): SeedEvidence[] =>
  runs.map(({ seed, test, testRows }) => ({
    seed,
    status: 'complete',
    validation: test,
    test,
    ...(way.rows ? { testRows } : {}),
    weights: `${seed} ${JSON.stringify(test)}`,
  }))

function judged(rule: AnyGateRule, evidence: GateEvidence, looks: readonly number[]): VerdictStatus {
  const { verdict } = judgeInLooks([rule], evidence, looks)
  return verdict.gates[0]?.status ?? 'inconclusive'
}

const against = (runs: readonly SeedEvidence[]): GateEvidence['baseline'] => ({ source: 'the base', runs, notes: [] })

/** The questions on one metric of one population, with what is wrong to say. */
function questions({ samples }: Sampled, metric: MetricName): readonly { words: string; wrong: VerdictStatus; ask: Ask }[] {
  const truth = (design: Design, variant: Variant): number =>
    mean(samples.flatMap((sample) => sample[design][variant].map((run) => run.truth[metric] ?? NaN)))
  const common = { metric, split: 'test', onInconclusive: 'fail' } as const
  const threshold: Ask = (sample, way, looks) => {
    const limit = truth(way.design, 'base')
    const ends = higherIsBetter(metric) ? { min: limit, max: null } : { min: null, max: limit }
    const candidate = seedsOf(sample[way.design].base, way).slice(0, looks.at(-1))
    return judged(
      { gate: 'threshold', ...common, ...ends },
      { candidate, baseline: null, missingBaselineReason: 'none is needed' },
      looks,
    )
  }
  const compared =
    (times: number, paired: boolean): Ask =>
    (sample, way, looks) => {
      const drop = gain(metric, truth(way.design, 'change'), truth(way.design, 'base'))
      if (!(drop > 0)) return null
      const { base, change } = sample[way.design]
      const most = looks.at(-1) ?? 0
      return judged(
        { gate: 'regression', ...common, margin: drop * times, paired },
        {
          candidate: seedsOf(change, way).slice(0, most),
          baseline: against(seedsOf(base, way).slice(0, most)),
          missingBaselineReason: null,
        },
        looks,
      )
    }
  const unchanged: Ask = (sample, way, looks) => {
    const drop = gain(metric, truth(way.design, 'change'), truth(way.design, 'base'))
    const most = looks.at(-1) ?? 0
    const seeds = seedsOf(sample[way.design].base, way)
    if (!(drop > 0) || 2 * most > seeds.length) return null
    return judged(
      { gate: 'regression', ...common, margin: drop, paired: false },
      { candidate: seeds.slice(0, most), baseline: against(seeds.slice(most, 2 * most)), missingBaselineReason: null },
      looks,
    )
  }
  const asInit: Ask = (sample, way, looks) => {
    const most = looks.at(-1) ?? 0
    const runs = sample[way.design].base
    const margin = initialMargin(runs, metric, most)
    if (2 * most > runs.length || margin === undefined) return null
    const seeds = seedsOf(runs, way)
    return judged(
      { gate: 'regression', ...common, margin, paired: false },
      { candidate: seeds.slice(0, most), baseline: against(seeds.slice(most, 2 * most)), missingBaselineReason: null },
      looks,
    )
  }
  return [
    { words: 'threshold at the truth: pass', wrong: 'pass', ask: threshold },
    { words: 'threshold at the truth: fail', wrong: 'fail', ask: threshold },
    { words: 'drop = margin, unpaired: pass', wrong: 'pass', ask: compared(1, false) },
    { words: 'drop = margin, paired: pass', wrong: 'pass', ask: compared(1, true) },
    { words: 'drop = half the margin: fail', wrong: 'fail', ask: compared(2, true) },
    { words: 'no change: fail', wrong: 'fail', ask: unchanged },
    { words: 'no change: inconclusive', wrong: 'inconclusive', ask: unchanged },
    { words: 'no change, margin as `init` writes it: fail', wrong: 'fail', ask: asInit },
    { words: 'no change, margin as `init` writes it: inconclusive', wrong: 'inconclusive', ask: asInit },
    { words: 'drop = twice the margin: fail (power)', wrong: 'fail', ask: compared(0.5, true) },
  ]
}

/** The margin that `init` writes after a pilot of three of the seeds; undefined if it writes none on the metric. */
function initialMargin(runs: readonly RowRun[], metric: MetricName, seeds: number): number | undefined {
  const pilot = [runs[0], runs[5], runs[9]].flatMap((run) => run ?? [])
  const rows = pilot.map(({ testRows }) => testRows[metric] ?? [])
  const groups = rows[0]?.length ?? 0
  const gates = initialGates({
    task: metric === 'mae' ? 'regression' : 'classification',
    testRows: testRowsOf,
    classes: null,
    targetSd: null,
    seeds,
    pilot: {
      epochs: 1,
      of: 1,
      usual: 0,
      measured: [
        {
          metric,
          seeds: pilot.map(({ test }) => test[metric] ?? NaN),
          rowSd: mean(rows.map(sampleSd)) * Math.sqrt(testRowsOf / groups),
        },
      ],
    },
  })
  const text = gates.map((gate) => gate.text).find((one) => one.includes(`metric: ${metric}`) && one.includes('margin'))
  return text === undefined ? undefined : Number(/margin: ([\d.e+-]+)/.exec(text)?.[1])
}

/** Test rows of each sample: 20 % of 300. */
const testRowsOf = 60

const share = ({ decisions, said }: Count, status: VerdictStatus): string =>
  decisions === 0 ? '–' : shareWords(said[status], decisions)

const added = (all: readonly Count[]): Count =>
  all.reduce<Count>(
    (sum, { decisions, said }) => ({
      decisions: sum.decisions + decisions,
      said: {
        pass: sum.said.pass + said.pass,
        fail: sum.said.fail + said.fail,
        inconclusive: sum.said.inconclusive + said.inconclusive,
      },
    }),
    { decisions: 0, said: { pass: 0, fail: 0, inconclusive: 0 } },
  )

/** One table for each number of looks, over populations and metrics. */
function tablesOf(sampled: readonly Sampled[]): string {
  return lookings
    .map((looks) => {
      const asked = sampled.flatMap((one) =>
        metricsOf(one.population.task).map((metric) => ({ one, all: questions(one, metric) })),
      )
      const [first] = asked
      const rows = (first?.all ?? []).map(({ words, wrong }, q) => {
        const counts = ways.map((_, w) =>
          added(
            asked.map(
              ({ one, all }) =>
                count(one.samples, [ways[w] as Way], looks, (all[q] as (typeof all)[number]).ask)[0] as Count,
            ),
          ),
        )
        return [words, ...counts.map((c) => share(c, wrong))]
      })
      const title = looks.length > 1 ? `Looks at ${looks.join(' and ')} seeds` : `${looks[0]} seeds`
      return `### ${title}\n\n${table(['Question', ...ways.map(({ words }) => words)], rows)}`
    })
    .join('\n\n')
}

export function rowTables(sampled: readonly Sampled[], rows: number, facts: Facts): string {
  const names = (of: readonly Sampled[]): string => of.map(({ population }) => population.name).join(', ')
  const [seen, aside] = [false, true].map((a) => sampled.filter(({ population }) => population.aside === a)) as [
    Sampled[],
    Sampled[],
  ]
  const [first] = sampled
  const runs = sampled.reduce((sum, { samples }) => sum + samples.length, 0) * designs.length * variants.length
  const seeds = first?.samples[0]?.folds.base.length ?? 0
  return `# Do verdicts hold on other rows?

${facts.date}, tunegate ${facts.version}, ${facts.engine}. Written by \`npm run prove -- rows\`.

A verification measures on a few test rows. Does its verdict hold on other rows from the same source? To know the truth, each
data set here is a sample of ${rows} rows from a real data set of more than 1,000. It is split as the product splits it (20 % for
testing), a model is trained under ${seeds} seeds, and every run is also measured on all rows outside the sample. The truth is the mean
of that over all samples and seeds. ${runs * seeds} runs, ${first?.samples.length ?? 0} samples of each data set.

Limits lie where a gate is most likely to be wrong: a threshold at the truth itself, a margin equal to the true drop. Declared: at
most 0.05 of either error. Brackets are 95 % intervals (Wilson). Seeds either share one split, or each has training and
validation rows of its own (folds). The interval has the noise of seeds alone, or of seeds and test rows. The product does the second of the four.

## The data sets that were set aside: ${names(aside)}

${tablesOf(aside)}

## The data sets that rules were chosen on: ${names(seen)}

${tablesOf(seen)}
`
}
