import { join, relative, resolve } from 'node:path'
import { stat } from 'node:fs/promises'
import { InputError } from '../../base/diagnostics.ts'
import { namedBaseline } from '../../study/baseline.ts'
import { gateResults } from '../../study/gate-results.ts'
import { outFolder } from '../../study/out-folder.ts'
import { readSpec } from '../../study/read-spec.ts'
import { judgeAgain, type Rejudged } from '../../study/judge-again.ts'
import { closing, gateLines } from '../closing.ts'
import { exitCodeOf } from '../exit.ts'
import { outputColumns } from '../output.ts'
import { out } from '../print.ts'
import { usualSpec } from '../spec-argument.ts'
import { workspaceOf } from '../workspace.ts'

/** The options of `gate` as the parser gives them. */
export interface GateOptions {
  readonly results?: readonly string[]
  readonly baseline?: string
  readonly out?: string
  readonly json?: boolean
}

/**
 * Judges a finished run again, or results of another tool. `subject` is then a spec, and otherwise a folder or its
 * report.json; by default the usual spec, or the folder of its run.
 */
export async function gateCommand(named: string | undefined, options: GateOptions): Promise<number> {
  const { results } = options
  if (results !== undefined) return judgeResults(named ?? usualSpec, results, options)
  if (options.out !== undefined) throw outWithoutResults(options.out)
  const subject = named ?? (await usualRun())
  const folder = await stat(subject).then(
    (s) => s.isDirectory(),
    () => false,
  )
  const baseline = options.baseline === undefined ? undefined : namedBaseline(options.baseline)
  const judged = await judgeAgain(folder ? join(subject, 'report.json') : subject, baseline)
  if (options.json) out.document(`${JSON.stringify(judged.verdict, null, 2)}\n`)
  else out.lines(...said(judged, outputColumns(80)))
  return exitCodeOf(judged.verdict.status)
}

/** Where `run` writes the report of the usual spec. */
async function usualRun(): Promise<string> {
  const workspace = workspaceOf(usualSpec)
  const { parsed } = await readSpec({ specPath: usualSpec, workspace })
  return relative('.', outFolder({ workspace }, { plan: { name: parsed.spec.name } }))
}

async function judgeResults(
  specPath: string,
  results: readonly string[],
  { baseline, out: outDir, json }: GateOptions,
): Promise<number> {
  const judged = await gateResults({
    specPath,
    workspace: workspaceOf(specPath),
    results,
    baseline: namedBaseline(baseline),
    baselineWords: baseline,
    outDir: outDir === undefined ? undefined : resolve(outDir),
    startedAt: new Date().toISOString(),
    clock: () => performance.now(),
  })
  const { page, lockPath } = judged.files
  if (json) out.document(`${JSON.stringify(judged.verdict, null, 2)}\n`)
  else out.lines(...closing({ ...judged, page, lockPath }, outputColumns(80)))
  return exitCodeOf(judged.verdict.status)
}

const outWithoutResults = (found: string): InputError =>
  new InputError([
    {
      code: 'gate/out',
      severity: 'error',
      message: '--out has no effect without --results: a finished run is judged again without writing files',
      found: `--out ${found}`,
      hint: 'add --results with the files of another tool, or leave --out out',
    },
  ])

function said({ verdict, against, notes }: Rejudged, columns: number): string[] {
  const held = against === null ? [] : [`Compared with ${against}.`]
  return [
    ...notes.map((note) => `NOTE: ${note}`),
    `${verdict.status.toUpperCase()}: ${verdict.sentence}`,
    ...held,
    ...gateLines(verdict, columns),
  ]
}
