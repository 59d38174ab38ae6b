import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../../base/diagnostics.ts'
import { otherThanUtf8 } from '../../base/encoding.ts'
import { readWithin, reasonOf } from '../../base/files.ts'
import type { Context, CurveGroup } from '../../diagnose/curve.ts'
import { diagnose, tooShortFor } from '../../diagnose/diagnose.ts'
import { foreignCurves, type KnownFacts } from '../../diagnose/read/foreign.ts'
import { contextOfRun, isJournal, journalCurves } from '../../diagnose/read/journal.ts'
import { findingsText } from '../../diagnose/text.ts'
import { isRun } from '../../run/valid-run.ts'
import { readReport } from '../../study/judge-again.ts'
import { err, out } from '../print.ts'

export interface DiagnoseOptions {
  readonly classes?: number
  readonly validationRows?: number
  readonly targetLoss?: number
  readonly together?: boolean
  readonly json?: boolean
}

type JournalFacts = Pick<Context, 'classes' | 'rows' | 'targetLoss'>

/** Runs the rules on curves of files or study folders. Findings are not a failure. */
export async function diagnoseCommand(paths: readonly string[], options: DiagnoseOptions): Promise<number> {
  const read: CurveGroup[][] = []
  // One file after another: the text of each may have hundreds of megabytes.
  for (const path of paths) read.push(await curvesOf(path, options))
  const groups = distinct(options.together ? joined(read.flat()) : read.flat())
  const findings = diagnose(groups)
  out.document(
    options.json
      ? `${JSON.stringify(findings, null, 2)}\n`
      : findingsText(
          findings,
          groups.map((g) => ({ subject: g.subject, runs: g.curves.length, tooShort: tooShortFor(g) })),
        ),
  )
  return 0
}

async function curvesOf(path: string, options: DiagnoseOptions): Promise<CurveGroup[]> {
  const facts: KnownFacts = {
    classes: options.classes ?? null,
    validationRows: options.validationRows ?? null,
    targetLoss: options.targetLoss ?? null,
  }
  const folder = await stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  )
  const file = folder ? join(path, 'journal.jsonl') : path
  const text = await readText(file)
  if (!isJournal(text)) return foreignCurves(text, file, facts, (sentence) => err.lines(`Note: ${sentence}`))
  const known = folder ? await reportFacts(path) : undefined
  const rows = facts.validationRows === null ? null : { train: 0, validation: facts.validationRows }
  const merged: JournalFacts = {
    classes: facts.classes ?? known?.classes ?? null,
    rows: rows ?? known?.rows ?? null,
    targetLoss: facts.targetLoss,
  }
  const groups = journalCurves(text, (run) => contextOfRun(run, merged), isRun)
  if (groups.length > 0) return groups
  throw new InputError([
    {
      code: 'diagnose/no-runs',
      severity: 'error',
      message: 'the journal has no finished training runs of full length',
      found: file,
    },
  ])
}

/** A journal contains every step of every run; a string cannot be much longer. */
const mostBytes = 400_000_000

async function readText(file: string): Promise<string> {
  const content = await readWithin(file, mostBytes).catch((error: NodeJS.ErrnoException) => {
    throw new InputError([
      {
        code: 'diagnose/unreadable',
        severity: 'error',
        message: 'the curves cannot be read',
        found: `${file}: ${reasonOf(error)}`,
        hint: 'pass a CSV file, JSON lines, a journal.jsonl, or a study folder',
      },
    ])
  })
  const hint = content ? otherThanUtf8(content) : null
  if (hint !== null) {
    const message = `${file} is not UTF-8 text`
    throw new InputError([{ code: 'diagnose/encoding', severity: 'error', message, allowed: 'UTF-8', hint }])
  }
  if (content) return content.toString('utf8')
  const [message, allowed] = [`${file} is too large`, `at most ${mostBytes} bytes`]
  throw new InputError([{ code: 'diagnose/too-large', severity: 'error', message, allowed }])
}

/** Classes and rows of the study, if its report is there. */
async function reportFacts(folder: string): Promise<Pick<JournalFacts, 'classes' | 'rows'> | undefined> {
  const file = join(folder, 'report.json')
  if (
    !(await stat(file).then(
      (s) => s.isFile(),
      () => false,
    ))
  )
    return undefined
  const { data } = await readReport(file)
  return { classes: data.classes?.length ?? null, rows: data.rows }
}

/** All curves as seeds of one trial. */
function joined(groups: readonly CurveGroup[]): CurveGroup[] {
  const first = groups[0]
  return first ? [{ ...first, subject: 'all files', curves: groups.flatMap((g) => g.curves) }] : []
}

/** Two files with the same trial name stay separate. */
function distinct(groups: readonly CurveGroup[]): CurveGroup[] {
  const seen = new Map<string, number>()
  return groups.map((group) => {
    const count = (seen.get(group.subject) ?? 0) + 1
    seen.set(group.subject, count)
    return count === 1 ? group : { ...group, subject: `${group.subject} (${count})` }
  })
}
