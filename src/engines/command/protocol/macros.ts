import type { LeverValue } from '../../../records/levers.ts'

type Values = Readonly<Record<string, LeverValue>>

/** The command line of a run: each macro is an argument of its own and becomes none, one or several. */
export function commandLine(command: readonly string[], values: Values, runFile: string): string[] {
  return command.flatMap((word) => {
    switch (word) {
      case '${args}':
        return Object.entries(values).map(([name, value]) => `--${name}=${String(value)}`)
      case '${args_no_hyphens}':
        return Object.entries(values).map(([name, value]) => `${name}=${String(value)}`)
      case '${args_json}':
        return [JSON.stringify(values)]
      case '${run_file}':
        return [runFile]
      default:
        return [word]
    }
  })
}
