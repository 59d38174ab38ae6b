import { didYouMean } from '../../base/diagnostics.ts'
import type { Spec, Trainer } from '../../dsl/tuning.gen.ts'
import {
  buckets,
  customLever,
  isCustom,
  leverNames,
  leverBuckets,
  type LeverName,
  type StandardLever,
} from '../../records/levers.ts'
import { allMetricsOf, isMetricName, type Task } from '../../records/metrics.ts'
import { isWithheld, withheldNames, type TrainerSettings, type TrainerTimeouts } from '../../records/trainer.ts'
import type { SpecContext } from '../../stages/definition.ts'
import type { Report } from '../problem.ts'

interface TrainerContext {
  readonly task: Task
  /** Names under `levers.custom`. */
  readonly custom: readonly string[]
}

/** The section `trainer` with every default. Reports names that mean no lever or metric, and macros inside of other text. */
export function normalizeTrainer(written: Trainer, context: TrainerContext, report: Report): TrainerSettings {
  checkMacros(written.command, report)
  checkEnvironment(written.env ?? [], report)
  return {
    command: written.command,
    files: written.files ?? null,
    data: written.data ?? [],
    levers: normalizeNames(written.levers ?? {}, context, report),
    seed: written.seed ?? null,
    metrics: normalizeMetrics(written.metrics ?? {}, context.task, report),
    environment: written.env ?? [],
    timeout: normalizeTimeouts(written.timeout ?? {}),
    deterministic: written.deterministic ?? 'check',
  }
}

/** Whether the script takes the lever: it is one of its own, or the spec says by which name it has it. */
export const takesLever = ({ levers }: Pick<TrainerSettings, 'levers'>, lever: LeverName): boolean =>
  isCustom(lever) || levers[lever] !== undefined

/** The levers that the spec gives a value, in the order of the buckets. */
export function givenLevers(levers: Spec['levers'] = {}): LeverName[] {
  const standard = buckets.flatMap((bucket) => Object.keys(levers[bucket] ?? {}) as StandardLever[])
  return [...standard, ...Object.keys(levers.custom ?? {}).map(customLever)]
}

/** A value of the spec that never reaches the script would be a lie in every report. The number of epochs always does. */
export function checkFixed(given: readonly LeverName[], idle: SpecContext['idle'], report: Report): void {
  for (const lever of given) {
    const why = lever === 'epochs' ? undefined : idle(lever)
    if (why === undefined || isCustom(lever)) continue
    report('lever-without-effect', ['levers', leverBuckets[lever], lever], `${lever} has no effect: ${why}`, {
      hint: `add it, as in trainer.levers: { ${lever}: NAME }, or remove the value`,
    })
  }
}

const macros: readonly string[] = ['${args}', '${args_no_hyphens}', '${args_json}', '${run_file}']

function checkMacros(command: readonly string[], report: Report): void {
  for (const [index, word] of command.entries()) {
    const found = /\$\{[^}]*\}?/.exec(word)?.[0]
    if (found === undefined || macros.includes(word)) continue
    const alone = macros.includes(found)
    const message = alone ? 'a macro must be the whole argument' : 'there is no macro with this name'
    report('trainer-macro', ['trainer', 'command', index], message, {
      found: word,
      allowed: macros.join(', '),
      ...(alone ? { hint: `write it as an argument of its own: '${found}'` } : {}),
    })
  }
}

function checkEnvironment(names: readonly string[], report: Report): void {
  for (const [index, found] of names.entries()) {
    if (!isWithheld(found)) continue
    report('trainer-environment', ['trainer', 'env', index], 'a training script must not get this variable', {
      found,
      allowed: `variables other than ${withheldNames}`,
      hint: 'copy what the script needs into a variable of your own, and list that one',
    })
  }
}

function normalizeNames(
  written: Readonly<Record<string, string>>,
  { custom }: TrainerContext,
  report: Report,
): TrainerSettings['levers'] {
  const names: Partial<Record<LeverName, string>> = {}
  for (const [key, name] of Object.entries(written)) {
    const at = ['trainer', 'levers', key]
    const lever = leverNames.find((known) => known === key) ?? (custom.includes(key) ? customLever(key) : undefined)
    if (lever === undefined) {
      const meant = didYouMean(key, [...leverNames, ...custom])
      const hint = meant === undefined ? 'give a lever of your own a value under levers.custom' : `did you mean "${meant}"?`
      report('unknown-lever', at, 'there is no lever with this name', { found: key, allowed: leverNames.join(', '), hint })
    } else {
      if (Object.values(names).includes(name)) report('name-twice', at, 'two levers have the same name', { found: name })
      names[lever] = name
    }
  }
  return names
}

function normalizeMetrics(
  written: Readonly<Record<string, string>>,
  task: Task,
  report: Report,
): TrainerSettings['metrics'] {
  const allowed = allMetricsOf(task)
  for (const key of Object.keys(written)) {
    if (isMetricName(key) && allowed.includes(key)) continue
    const meant = didYouMean(key, allowed)
    report('metric-task', ['trainer', 'metrics', key], `a ${task} study has no metric with this name`, {
      found: key,
      allowed: allowed.join(', '),
      hint:
        meant === undefined
          ? `for a metric of your own, write score: ${key} if higher is better, or cost: ${key}`
          : `did you mean "${meant}"?`,
    })
  }
  return written
}

const defaults: TrainerTimeouts = { start: 120, silence: 600, run: 21_600 }

const normalizeTimeouts = ({ start, silence, run }: NonNullable<Trainer['timeout']>): TrainerTimeouts => ({
  start: start === undefined ? defaults.start : secondsOf(start),
  silence: silence === undefined ? defaults.silence : secondsOf(silence),
  run: run === undefined ? defaults.run : secondsOf(run),
})

/** `90`, `90s`, `1.5m` or `2h`; the schema holds the form. */
function secondsOf(time: string | number): number {
  if (typeof time === 'number') return time
  const unit = { s: 1, m: 60, h: 3600 }[time.slice(-1)] ?? Number.NaN
  return Number(time.slice(0, -1)) * unit
}
