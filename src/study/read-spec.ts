import { stat } from 'node:fs/promises'
import { InputError, type Diagnostic } from '../base/diagnostics.ts'
import { otherThanUtf8 } from '../base/encoding.ts'
import { ownCommand } from '../base/own-command.ts'
import { readWithin, reasonOf } from '../base/files.ts'
import type { Result } from '../base/result.ts'
import { normalize } from '../compile/normalize.ts'
import type { NormalizedSpec } from '../compile/normalized.ts'
import { confirmation, confirmationIn, isConfirmation } from '../stages/index.ts'
import { withSeeds } from '../stages/verify.ts'
import { parseSpec, type ParsedSpec } from '../dsl/parse.ts'
import type { SpecSource } from './options.ts'
import { alterations, applyRules, underRules, type Alteration } from './rules.ts'

/** A spec is small; a larger file is not a spec. */
const mostSpecBytes = 1024 * 1024

export interface ReadSpec {
  readonly parsed: ParsedSpec
  /** The spec with what another commit and the caller decide in its place. */
  readonly spec: NormalizedSpec
  readonly altered: readonly Alteration[]
}

/** The part of `prepare` that reads no data. */
export async function readSpec(source: SpecSource): Promise<ReadSpec> {
  const parsed = unwrap(parseSpec(source.specText ?? (await textOf(source.specPath)), source.specPath))
  const own = unwrap(normalize(parsed))
  const { rules } = source
  if (rules === undefined) return { parsed, spec: overridden(own, source), altered: [] }
  const altered = alterations(own, rules).filter(isHeld(source))
  return { parsed, spec: overridden(applyRules(own, rules, parsed.locate), source), altered }
}

/** Seeds from the caller replace both, so no warning reports a change of them. */
const isHeld =
  ({ seeds }: SpecSource) =>
  ({ setting }: Alteration): boolean =>
    seeds === undefined || setting !== `stages.${confirmation.name}.seeds`

/** Runs a part of a preparation; its errors say which rules of another commit apply. */
export async function explained<T>({ altered, parsed }: ReadSpec, part: () => Promise<T>): Promise<T> {
  try {
    return await part()
  } catch (error) {
    throw error instanceof InputError ? underRules(error, altered, parsed.locate) : error
  }
}

export function unwrap<T>(result: Result<T, Diagnostic[]>): T {
  if (!result.ok) throw new InputError(result.error)
  return result.value
}

/** The text of a spec, if it is small enough to be one. */
export async function textOf(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) =>
    fail('spec/unreadable', `cannot read the spec ${path}`, reasonOf(error), undefined, hintFor(error)),
  )
  if (!found.isFile())
    fail('spec/unreadable', `the spec ${path} is not a file`, 'a folder or a device', 'a YAML or JSON file')
  if (found.size > mostSpecBytes)
    fail('spec/too-large', `the spec ${path} is too large`, `${found.size} bytes`, `at most ${mostSpecBytes} bytes`)
  const bytes = await readWithin(path, mostSpecBytes)
  if (!bytes) return fail('spec/too-large', `the spec ${path} is too large`, `more than ${mostSpecBytes} bytes`)
  const hint = otherThanUtf8(bytes)
  if (hint === null) return bytes.toString('utf8')
  const message = `the spec ${path} is not UTF-8 text`
  throw new InputError([{ code: 'spec/encoding', severity: 'error', message, allowed: 'UTF-8', hint }])
}

function overridden(spec: NormalizedSpec, { stages, seeds, trials, minutes }: SpecSource): NormalizedSpec {
  const unknown = stages?.filter((name) => !spec.stages.some((s) => s.stage === name)) ?? []
  if (unknown.length > 0)
    fail(
      'run/unknown-stage',
      'the spec does not have all requested stages',
      unknown.join(', '),
      spec.stages.map((s) => s.stage).join(', '),
    )
  if (seeds !== undefined && confirmationIn(spec.stages) === undefined) {
    fail(
      'run/no-verify',
      '--seeds has no effect, because the spec has no verify stage',
      `--seeds ${seeds}`,
      'a spec with a verify stage',
    )
  }
  return {
    ...spec,
    budget: { trials: lower(spec.budget.trials, trials), minutes: lower(spec.budget.minutes, minutes) },
    stages: spec.stages
      .filter((s) => stages === undefined || stages.includes(s.stage))
      .map((s) => (isConfirmation(s) && seeds !== undefined ? withSeeds(s, seeds) : s)),
  }
}

/** The lower of two limits, if there are two. */
function lower(one: number | null, other: number | undefined): number | null {
  return other === undefined ? one : Math.min(one ?? other, other)
}

const hintFor = ({ code }: NodeJS.ErrnoException): string | undefined =>
  code === 'ENOENT' ? `name a spec, or write one from a data file: ${ownCommand('init', 'data.csv')}` : undefined

function fail(code: string, message: string, found: string, allowed?: string, hint?: string): never {
  const more = { ...(allowed !== undefined && { allowed }), ...(hint !== undefined && { hint }) }
  throw new InputError([{ code, severity: 'error', message, found, ...more }])
}
