// Processor time of commands: what a machine with other work on it does not change, unlike time by the clock.
import { readFileSync } from 'node:fs'
import { exitCodes } from '../../src/cli/exit.ts'
import { median } from '../../src/stats/describe.ts'
import { command } from '../engines/peers.ts'

export interface Took {
  readonly seconds: number
  readonly processor: number
}

/** Exit codes of a command that came to its end, whatever the gates say. */
const verdicts = [exitCodes.pass, exitCodes.fail, exitCodes.inconclusive].join('|')

/**
 * Time by the clock, and of the processors for the command and every process that it waited for (`times`; that of bash tells
 * milliseconds, others hundredths).
 */
export function timed(file: string, args: readonly string[]): Took & { readonly text: string } {
  const start = performance.now()
  const script = `"$@"; code=$?; times; case $code in ${verdicts}) ;; *) exit $code ;; esac`
  const text = command('bash', ['-c', script, 'bash', file, ...args])
  const seconds = (performance.now() - start) / 1000
  const lines = text.trim().split('\n')
  const times = [...(lines.at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  const processor = times.reduce((sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest), 0)
  return { seconds, processor, text: lines.slice(0, -2).join('\n') }
}

/** Processor seconds of several measurements that take turns, so that a busy minute slows all of them. */
export async function inTurns<Name extends string>(
  rounds: number,
  measures: Readonly<Record<Name, () => number | Promise<number>>>,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = Object.keys(measures) as Name[]
  const found = Object.fromEntries(names.map((name): [string, number[]] => [name, []])) as Record<Name, number[]>
  for (let round = 0; round < rounds; round++) {
    for (const name of names) found[name].push(await measures[name]())
  }
  return found
}

/** The median of the ratios of neighboring turns. */
export const ratioOf = (over: readonly number[], under: readonly number[]): number =>
  median(over.map((value, i) => value / (under[i] ?? NaN)))

/** Processor seconds of a living process so far, all its threads together; Linux alone tells, in steps of 10 ms. */
export function processorOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  const [user, system] = [Number(fields[11]), Number(fields[12])]
  return (user + system) / ticksPerSecond
}

/** `USER_HZ`, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** Instruction sets that decide which kernels a library takes. */
const decisive = /^(sse4_2|avx|avx2|fma|f16c|avx512\w*|avx_vnni|amx_\w+|asimd|sve\w*|bf16|i8mm)$/

/** The processor's flags that matter to kernels; a clause that says so where the system does not tell them. */
export function processorFlags(): string {
  try {
    const [, flags = ''] = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? []
    return flags
      .split(' ')
      .filter((flag) => decisive.test(flag))
      .join(' ')
  } catch {
    return 'flags that this system does not tell'
  }
}
