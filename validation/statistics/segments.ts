// How often are gates on segments wrong? Rows and seeds are simulated, so that the truth of every segment is known.
import { deriveSeed, stream, type Stream } from '../../src/base/random.ts'
import { judge } from '../../src/gates/judge.ts'
import type { AnyGateRule } from '../../src/gates/index.ts'
import type { SeedEvidence } from '../../src/gates/evidence.ts'
import type { VerdictStatus } from '../../src/records/verdict.ts'
import { mean } from '../../src/stats/describe.ts'
import { fewRows } from './few-rows.ts'
import { centerOf, logistic, seeds, spread } from './simulated-rows.ts'
import { shareWords, table, type Facts } from './tables.ts'

/** A model on one segment: rows, and the share of rows that a seed gets right on average over rows and seeds. */
interface Segment {
  readonly rows: number
  readonly share: number
}

const level = 0.8

/** Right or wrong, for each seed and row. */
function drawn({ rows, share }: Segment, random: Stream): number[][] {
  const center = centerOf(share)
  const easy = Array.from({ length: rows }, () => center + spread.rows * random.normal())
  return Array.from({ length: seeds }, () => {
    const own = spread.seeds * random.normal()
    return easy.map((of) => Number(random.uniform() < logistic(of + own + spread.both * random.normal())))
  })
}

/** The evidence that a study has of these segments. */
function evidenceOf(segments: readonly Segment[], random: Stream): SeedEvidence[] {
  const all = segments.map((one) => drawn(one, random))
  return Array.from({ length: seeds }, (_, i) => ({
    seed: i,
    status: 'complete',
    validation: { accuracy: 0.5 },
    test: { accuracy: mean(all.flatMap((one) => one[i] ?? [])) },
    testRows: { accuracy: [0, 0, 0] },
    weights: `w${i}`,
    subsets: segments.map(({ rows }, s) => {
      const right = all[s]?.[i] ?? []
      return {
        segment: { column: 'site', level: String(s) },
        rows: { validation: 0, test: rows },
        validation: {},
        test: { accuracy: mean(right) },
        testRows: { accuracy: pseudoValues(right) },
      }
    }),
  }))
}

/** What each of 20 groups of rows adds to the share, as runs compute it (`train/row-evidence.ts`). */
function pseudoValues(right: readonly number[]): number[] {
  const n = Math.min(20, right.length)
  const sum = right.reduce((all, value) => all + value, 0)
  return Array.from({ length: n }, (_, g) => {
    const own = right.filter((_value, i) => i % n === g)
    const rest = (sum - own.reduce((all, value) => all + value, 0)) / (right.length - own.length)
    return (n * sum) / right.length - (n - 1) * rest
  })
}

const rule: AnyGateRule = {
  gate: 'threshold',
  metric: 'accuracy',
  split: 'test',
  min: level,
  max: null,
  onInconclusive: 'fail',
  segments: ['site'],
  minRows: 20,
}

interface Question {
  readonly words: string
  readonly wrong: VerdictStatus | null
  readonly segments: readonly Segment[]
}

const sizes: readonly number[] = [20, 50, 200]

const equal = (rows: number, count: number, share: number): Segment[] =>
  Array.from({ length: count }, () => ({ rows, share }))

const questions: readonly Question[] = sizes.flatMap((rows): Question[] => [
  { words: `1 segment of ${rows} rows, at the level: passes`, wrong: 'pass', segments: equal(rows, 1, level) },
  { words: `1 segment of ${rows} rows, at the level: fails`, wrong: 'fail', segments: equal(rows, 1, level) },
  {
    words: `4 segments of ${rows} rows, one at the level, others at 0.97: passes`,
    wrong: 'pass',
    segments: [...equal(rows, 1, level), ...equal(rows, 3, 0.97)],
  },
  { words: `8 segments of ${rows} rows, all at the level: fails`, wrong: 'fail', segments: equal(rows, 8, level) },
])

const power: readonly Question[] = [
  { words: '4 segments of 200 rows, all at 0.93: passes (power)', wrong: 'pass', segments: equal(200, 4, 0.93) },
  {
    words: '4 segments of 200 rows, one at 0.6, others at 0.93: fails (power)',
    wrong: 'fail',
    segments: [...equal(200, 1, 0.6), ...equal(200, 3, 0.93)],
  },
]

/** Page of the tables. */
export function segments({ date, version, studies }: Omit<Facts, 'engine'> & { readonly studies: number }): string {
  const row = ({ words, wrong, segments: of }: Question): string[] => {
    let count = 0
    for (let i = 0; i < studies; i++) {
      const candidate = evidenceOf(of, stream(deriveSeed(31, 'segments', i), words))
      const verdict = judge([rule], { candidate, baseline: null, missingBaselineReason: 'none' })
      if (verdict.gates[0]?.status === wrong) count++
    }
    return [words, shareWords(count, studies)]
  }
  return `# Are gates on segments honest?

${date}, tunegate ${version}. Written by \`npm run prove -- segments\`.

A gate on segments says that every segment reaches a level, or that one does not. Here rows, seeds and their noise are
simulated, so that the truth of each segment is known: ${seeds} seeds, log-odds of being right that vary by an SD of ${spread.rows} between
rows, ${spread.seeds} between seeds and ${spread.both} between a seed's own rows. The gate is a threshold of ${level} on accuracy. Declared: at most
0.05 of either error. Brackets are 95 % intervals (Wilson) over ${studies} studies.

${table(['Question', 'Share of studies'], [...questions, ...power].map(row))}

${fewRows(studies)}`
}
