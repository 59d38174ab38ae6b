import type { MetricName } from '../../src/records/metrics.ts'
import { wilson } from '../diagnosis/tables.ts'
import { decisions, judgeChange, looks, type Judged, type Said } from './gate-decisions.ts'
import type { Trained } from './gates.ts'
import { plantedTables } from './planted-tables.ts'
import { remedyTable } from './remedies.ts'
import { type Facts, table } from './tables.ts'

const metrics: readonly MetricName[] = ['nll', 'accuracy']
/** The margin of the first tables, in seed SDs of the base. */
const margin = 2

/** Everything that `docs/validation/gates.md` says. */
export function gateTables(all: readonly Trained[], facts: Facts & { readonly seeds: number }): string {
  const usual = judgeAll(all, margin, metrics)
  const edge = edgeOf(all, metrics)
  return [
    '# Gates on real training: false passes, false fails, seeds',
    '',
    `${facts.date}, tunegate ${facts.version}, ${facts.engine}. Written by \`npm run prove -- gates\`.`,
    '',
    ...method(all, facts),
    ...declared(usual, edge),
    ...hardest(all, edge),
    ...ofCalibration(all),
    ...plantedTables(all, metrics),
    `## Every change, under a margin of ${margin} seed SDs`,
    '',
    'pass / fail / inconclusive, in percent; mean seeds per side after it. Drop: what the change truly costs, in seed ' +
      'SDs of the base.',
    '',
    everyChange(usual),
    '',
  ].join('\n')
}

/** A change that moves nothing has no drop to make a margin of. */
const edgeOf = (all: readonly Trained[], of: readonly MetricName[]): Judged[] =>
  judgeAll(all, null, of).filter((j) => j.drop >= 0.5)

const declared = (usual: readonly Judged[], edge: readonly Judged[]): string[] => [
  '## Declared and measured',
  '',
  'False fail: the change does no harm (true drop at or below 0) and the gate says fail. False pass: the true drop ' +
    'is at or beyond the margin and the gate says pass. Declared: at most 0.05 of either. Brackets are 95 % ' +
    'intervals (Wilson).',
  '',
  errors(usual, edge),
  '',
]

const hardest = (all: readonly Trained[], edge: readonly Judged[]): string[] => [
  '## A margin of exactly the true drop: the hardest regression to catch',
  '',
  'Every regression of half a seed SD or more, with a margin equal to its own drop. A gate with an error ' +
    'rate of 0.05 passes at most that share.',
  '',
  overDeclared(edge),
  '',
  atTheEdge(edge),
  '',
  '### Why, and what would prevent it',
  '',
  'If a few seeds are bad, the mean and the SD of a sample move together: samples that miss the bad seeds ' +
    'have a good mean and a small SD at once, and they pass. The cause is the skewness, not the number of ' +
    'seeds: 20 per side cure it no better than 10. The table shows remedies on the same changes, with 300 ' +
    'decisions each. The last columns show their cost if nothing changed, with a margin of 2 seed SDs.',
  '',
  remedyTable(all, metrics),
  '',
  "Johnson's correction needs the skewness, which five or ten seeds hardly show. Using the larger of the two " +
    'spreads for both sides halves the false passes, for about one more seed, because a change is then never ' +
    'taken to be less noisy than its base. If the change itself is the noisy side, it does not help.',
  '',
]

const ofCalibration = (all: readonly Trained[]): string[] => [
  '## Calibration: the same rule on the Brier score',
  '',
  "The gate `calibration` on the same changes, margins as above in seed SDs of the base's Brier score.",
  '',
  errors(judgeAll(all, margin, ['brier']), edgeOf(all, ['brier'])),
  '',
]

function method(all: readonly Trained[], facts: Facts & { readonly seeds: number }): string[] {
  const worlds = [...new Set(all.map((t) => t.world.name))]
  return [
    `The bank holds ${all.reduce((sum, t) => sum + t.runs.length, 0)} real runs: ${worlds.length} data sets (${worlds.join(', ')}), each with a base and ${all.length / worlds.length - 1} changes of it, ` +
      `trained under the same ${facts.seeds} seeds by tunegate's own trainer. A decision draws seeds of both ` +
      `sides from the bank, with replacement, and gives them to the gate. Each gate makes ${decisions} ` +
      'decisions on each change. So the bank is the population, and its difference of means is ' +
      'the truth. The rates below are exact for this bank, apart from the limited number of ' +
      'decisions, and their noise is that of real training instead of normal noise. They cannot ' +
      `show what ${facts.seeds} seeds do not show of the tails.`,
    '',
    `The gate looks at ${looks.join(' and then ')} seeds per side and stops when it is decided (Pocock, 0.05 over both ` +
      'looks). It is compared with the usual gate, which takes the mean of 5 seeds and the mean of 5 seeds of ' +
      'the base, and passes if the first is not lower ("mean, strict"), or not lower by the margin ("mean, ' +
      'margin").',
    '',
  ]
}

function judgeAll(all: readonly Trained[], width: number | null, of: readonly MetricName[]): Judged[] {
  return all.flatMap((trained) => {
    const base = all.find((t) => t.world === trained.world)
    if (!base || trained.runs.length < 2) return []
    // The base against itself is independent seeds on both sides; under a shared seed it would be equal to the bit.
    return of.flatMap((metric) => judgeChange(base, trained, metric, width) ?? [])
  })
}

const gateNames = { welch: 'unpaired', paired: 'paired', strict: 'mean, strict', lenient: 'mean, margin' } as const
type GateName = keyof typeof gateNames
const names = Object.keys(gateNames) as readonly GateName[]

const hasLooks = (gate: GateName): boolean => gate === 'welch' || gate === 'paired'

/** Where paired draws make the base equal to itself there is nothing to decide. */
const fair = (judged: readonly Judged[], gate: GateName): readonly Judged[] =>
  gate === 'paired' ? judged.filter((j) => j.change !== 'no change') : judged

function errors(usual: readonly Judged[], edge: readonly Judged[]): string {
  const rows = names.map((gate) => {
    const own = fair(usual, gate)
    const none = own.filter((j) => j.drop <= 1e-9)
    const [harmless, harmful] = [none, own.filter((j) => j.drop >= j.margin)]
    const plain = usual.filter((j) => j.change === 'no change')
    const seeds = own.reduce((sum, j) => sum + j[gate].seeds, 0) / own.length
    return [
      gateNames[gate],
      gate === 'paired' ? '–' : rate(plain, gate, 'fail'),
      rate(harmless, gate, 'fail'),
      rate(harmful, gate, 'pass'),
      rate(fair(edge, gate), gate, 'pass'),
      rate(harmless, gate, 'pass', false),
      rate(harmful, gate, 'fail', false),
      seeds.toFixed(1),
    ]
  })
  return table(
    [
      'Gate',
      'False fail, no change',
      'False fail, no harm',
      'False pass',
      'False pass, drop = margin',
      'Pass where no harm',
      'Fail where harm',
      'Seeds',
    ],
    rows,
  )
}

function rate(judged: readonly Judged[], gate: GateName, what: 'pass' | 'fail', interval = true): string {
  const [hits, of] = [judged.reduce((sum, j) => sum + j[gate][what], 0), judged.length * decisions]
  if (of === 0) return '–'
  const [low, high] = wilson(hits, of)
  return `${(hits / of).toFixed(3)}${interval ? ` [${low.toFixed(3)}, ${high.toFixed(3)}] (${hits}/${of})` : ''}`
}

function atTheEdge(edge: readonly Judged[]): string {
  const header = ['Data', 'Metric', 'Change', 'Drop = margin, SDs', 'SD of the change / of the base', 'Skewness']
  const rows = edge.map((j) => [
    j.world,
    j.metric,
    j.change,
    j.drop.toFixed(2),
    j.spread.toFixed(1),
    j.skewness.toFixed(1),
    ...names.map((gate) => rate([j], gate, 'pass', hasLooks(gate)).replace(/ \(.*/, '')),
  ])
  return table([...header, ...names.map((n) => gateNames[n])], rows)
}

/** What a reader must not overlook: changes at which the gate passes more than it declares, beyond the count's noise. */
function overDeclared(edge: readonly Judged[]): string {
  const over = edge.filter((j) => wilson(j.welch.pass, decisions)[0] > 0.05)
  if (over.length === 0) return 'None of them passes more often than declared, beyond the noise of the count.'
  const named = over.map(
    (j) =>
      `${j.world}, ${j.metric}, ${j.change} (${(j.welch.pass / decisions).toFixed(2)}, skewness ${j.skewness.toFixed(1)})`,
  )
  return (
    `${over.length} of ${edge.length} pass more often than declared under the unpaired gate, beyond the noise of the ` +
    `count: ` +
    `${named.join('; ')}.`
  )
}

function everyChange(usual: readonly Judged[]): string {
  const rows = usual.map((j) => [
    j.world,
    j.metric,
    j.change,
    j.drop.toFixed(2),
    ...names.map((gate) => (gate === 'paired' && j.change === 'no change' ? '–' : shares(j[gate], hasLooks(gate)))),
  ])
  return table(['Data', 'Metric', 'Change', 'Drop, SDs', ...names.map((n) => gateNames[n])], rows)
}

const shares = ({ pass, fail, inconclusive, seeds }: Said, withSeeds: boolean): string => {
  const percent = [pass, fail, inconclusive].map((n) => Math.round((100 * n) / decisions))
  return withSeeds ? `${percent.join(' / ')}; ${seeds.toFixed(1)}` : `${percent.slice(0, 2).join(' / ')}`
}
