import { InputError, sortDiagnostics } from '../base/diagnostics.ts'
import { fingerprint } from '../base/hash.ts'
import type { MetricName, Metrics, Task } from '../records/metrics.ts'
import { resultSplits, type ReadResults, type ResultsSettings, type SeedResult } from '../records/results.ts'
import { findRuns, type FoundRun } from './find-runs.ts'
import { tableRun } from './formats/table.ts'
import { pointsOf } from './points.ts'
import { scored, type Scored } from './predictions.ts'
import { collectProblems, runsBySeed, type ReportProblem, type SeedRun } from './seeds.ts'
import { countedValues, type Counted, type Reading } from './values.ts'

/** What the names in results mean. */
export interface Meaning {
  readonly task: Task
  readonly objective: MetricName
  readonly results: ResultsSettings
  /** Metrics that predictions give only where an objective or a gate asks for them. */
  readonly requested: readonly MetricName[]
}

/** Where results are: files and folders of tools, or the text of a table that is no file, such as one of another commit. */
export type ResultsSource =
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  | { readonly kind: 'text'; readonly text: string; readonly name: string }

/**
 * Reads the results of one side: one run per seed, in any form of `formats/`. Throws an `InputError` with all problems of
 * all runs: seeds that are missing or repeat, names that a run lacks, values that a metric cannot have.
 */
export async function readResults(source: ResultsSource, meaning: Meaning): Promise<ReadResults> {
  const { report, all } = collectProblems()
  const found = await runsOf(source)
  const runs = runsBySeed(found, meaning.results, report)
  const read: { readonly result: SeedResult; readonly rows: Scored['rows'] }[] = []
  for (const run of runs) read.push(await resultOf(run, meaning, report))
  const rows = sameRows(read, report)
  if (all.length > 0) throw new InputError(sortDiagnostics(all))
  return {
    source: source.kind === 'text' ? source.name : source.paths.join(', '),
    tools: [...new Set(found.map(({ tool }) => tool))],
    seeds: read.map(({ result }) => result),
    rows,
  }
}

async function runsOf(source: ResultsSource): Promise<FoundRun[]> {
  if (source.kind === 'paths') return findRuns(source.paths)
  return [{ ...tableRun(source.text, source.name), tool: 'a table' }]
}

async function resultOf(
  run: SeedRun,
  { task, objective, results: settings, requested }: Meaning,
  report: ReportProblem,
): Promise<{ readonly result: SeedResult; readonly rows: Scored['rows'] }> {
  const { points, twice } = pointsOf(run.rows)
  const [first] = twice
  // A tool that evaluates a step again writes it again; in a table it is a second run of the seed.
  if (run.mixed && first) {
    report('seed-twice', `seed ${run.seed} has two values of ${first.name}`, {
      at: { file: run.source, line: first.lines[1], column: 1 },
      found: `lines ${first.lines.join(' and ')} of ${run.source}`,
      allowed: 'one row per seed, or one per step of a seed, with a column step or epoch',
    })
  }
  const reading: Reading = { run, points, settings, objective, report }
  const counted = countedValues(reading)
  const predicted = await scored(reading, { task, metrics: requested })
  const validation = predicted.metrics.validation ?? counted.validation
  const test = predicted.metrics.test ?? counted.test
  return {
    rows: predicted.rows,
    result: {
      seed: run.seed,
      source: run.source,
      diverged: counted.notFinite.length === 0 ? null : counted.notFinite.join('; '),
      step: counted.point?.step ?? 0,
      epoch: counted.point?.epoch ?? 0,
      validation,
      test: measuresTest(settings) ? test : null,
      ...(predicted.calibration ? { calibration: predicted.calibration } : {}),
      evaluations: counted.evaluations,
      identity: identityOf(predicted, { validation, test }, counted),
    },
  }
}

const measuresTest = ({ names, predictions }: ResultsSettings): boolean =>
  Object.keys(names.test).length > 0 || (predictions?.test ?? null) !== null

const identityOf = (
  { digests }: Scored,
  metrics: { readonly validation: Metrics; readonly test: Metrics },
  { evaluations }: Counted,
): string =>
  digests.length > 0 ? fingerprint(digests) : fingerprint({ metrics, curve: evaluations.map((one) => one.validation) })

/** Metrics of different rows measure different things, so every seed has the same answers. */
function sameRows(
  read: readonly { readonly result: SeedResult; readonly rows: Scored['rows'] }[],
  report: ReportProblem,
): ReadResults['rows'] {
  const found: { -readonly [split in keyof ReadResults['rows']]: ReadResults['rows'][split] } = {}
  for (const split of resultSplits) {
    for (const { result, rows } of read) {
      const own = rows[split]
      if (!own) continue
      const first = (found[split] ??= own)
      if (first.labels === own.labels) continue
      report('labels', `the ${split} labels of seed ${result.seed} are not those of seed ${read[0]?.result.seed ?? 0}`, {
        found: result.source,
        allowed: 'the same rows in the same order for every seed',
        hint: 'keep the split of the data fixed: it must not depend on the seed',
      })
    }
  }
  return found
}
