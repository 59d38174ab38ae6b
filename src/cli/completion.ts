import type { Command, Option } from 'commander'
import { unreachable } from '../base/result.ts'
import { shellWord } from '../base/shell.ts'

/** The shells that completion is written for. */
export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** A shell completes a command by its name, so it has to be on the search path. */
const name = 'tunegate'

/** What can follow the words of one command. */
interface Completable {
  /** The words after the program's name; empty for the program itself. */
  readonly path: readonly string[]
  readonly commands: readonly Command[]
  readonly options: readonly Option[]
  /** Values of the first argument; null if it is a path. */
  readonly values: readonly string[] | null
  readonly takesFiles: boolean
}

/** A script that completes commands, options and their values in a shell, from the definitions of the commands. */
export function completion(root: Command, shell: Shell): string {
  const all = completables(root, [])
  switch (shell) {
    case 'bash':
      return bash(all)
    case 'zsh':
      return zsh(all)
    case 'fish':
      return fish(all)
    default:
      return unreachable(shell, 'shell')
  }
}

function completables(command: Command, path: readonly string[]): Completable[] {
  const help = command.createHelp()
  const commands = help.visibleCommands(command).filter((one) => one.name() !== 'help')
  const [first] = command.registeredArguments
  const own: Completable = {
    path,
    commands,
    options: help.visibleOptions(command),
    values: first?.argChoices ?? null,
    takesFiles: first !== undefined && first.argChoices === undefined,
  }
  return [own, ...commands.flatMap((one) => completables(one, [...path, one.name()]))]
}

const flagsOf = ({ short, long }: Option): string[] => [short, long].flatMap((flag) => flag ?? [])
const takesValue = (option: Option): boolean => option.required || option.optional
const nonEmpty = (text: string): boolean => text !== ''

/** Lines of a `case`, one for each option with values: the command with the option, then what may follow. */
const valueCases = (all: readonly Completable[], choose: (words: string) => string, files: string): string[] =>
  all.flatMap(({ path, options }) =>
    options.filter(takesValue).map((option) => {
      const pattern = flagsOf(option).map((flag) => shellWord([...path, flag].join(' ')))
      return `    ${pattern.join('|')}) ${option.argChoices ? choose(option.argChoices.join(' ')) : files}; return;;`
    }),
  )

/** The words that lead to a command below another, as patterns of a `case`. */
const deeper = (all: readonly Completable[]): string =>
  all
    .map(({ path }) => path.join(' '))
    .filter(nonEmpty)
    .map(shellWord)
    .join('|')

function bash(all: readonly Completable[]): string {
  const own = all.map(({ path, commands, options, values, takesFiles }) => {
    const words = [...commands.map((one) => one.name()), ...(values ?? []), ...options.flatMap(flagsOf)].join(' ')
    return `    ${shellWord(path.join(' '))}) words=${shellWord(words)}; files=${takesFiles ? 1 : 0};;`
  })
  return `# Completes ${name} in bash. Put it where bash-completion looks, or add to ~/.bashrc: eval "$(${name} completion bash)"
_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at='' word words='' files=0
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${at:+$at }$word" in
    ${deeper(all)}) at="\${at:+$at }$word";;
    esac
  done
  case "\${at:+$at }$prev" in
${valueCases(all, (words) => `COMPREPLY=($(compgen -W ${shellWord(words)} -- "$cur"))`, 'COMPREPLY=($(compgen -f -- "$cur"))').join('\n')}
  esac
  case "$at" in
${own.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [ "$files" = 1 ]; then COMPREPLY+=($(compgen -f -- "$cur")); fi
}
complete -o filenames -o bashdefault -F _${name} ${name}
`
}

function zsh(all: readonly Completable[]): string {
  const described = (word: string, what: string): string => shellWord(`${word.replaceAll(':', '\\:')}:${what}`)
  const own = all.map(({ path, commands, options, values, takesFiles }) => {
    const words = [
      ...commands.map((one) => described(one.name(), one.description())),
      ...(values ?? []).map((value) => described(value, '')),
    ]
    const flags = options.flatMap((option) => flagsOf(option).map((flag) => described(flag, option.description)))
    const list = words.length === 0 ? '' : ` choices=(${words.join(' ')});`
    return `    ${shellWord(path.join(' '))})${list} flags=(${flags.join(' ')}); files=${takesFiles ? 1 : 0};;`
  })
  return `#compdef ${name}
# Completes ${name} in zsh. Write it to a folder of $fpath as _${name}, or add to ~/.zshrc: eval "$(${name} completion zsh)"
_${name}() {
  local at='' word files=0
  local -a choices flags
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${at:+$at }$word" in
    ${deeper(all)}) at="\${at:+$at }$word";;
    esac
  done
  case "\${at:+$at }\${words[CURRENT-1]}" in
${valueCases(all, (words) => `compadd -- ${words}`, '_files').join('\n')}
  esac
  case "$at" in
${own.join('\n')}
  esac
  (( $#choices )) && _describe command choices
  [[ "\${words[CURRENT]}" = -* ]] && _describe option flags
  (( files )) && _files
  return 0
}
if [[ "\${funcstack[1]}" = _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`
}

function fish(all: readonly Completable[]): string {
  const say = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = all.flatMap(({ path, commands, options, values, takesFiles }) => {
    const at =
      path.length === 0 ? '__fish_use_subcommand' : path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
    const below = commands.map((one) => one.name())
    const here = path.length > 0 && below.length > 0 ? `${at}; and not __fish_seen_subcommand_from ${below.join(' ')}` : at
    const complete = `complete -c ${name} -n ${say(at)}`
    return [
      ...commands.map((one) => `complete -c ${name} -n ${say(here)} -f -a ${one.name()} -d ${say(one.description())}`),
      ...(values ? [`${complete} -f -a ${say(values.join(' '))}`] : []),
      ...(takesFiles ? [`${complete} -F`] : []),
      ...options.map((option) => {
        const flags = [option.short && `-s ${option.short.slice(1)}`, option.long && `-l ${option.long.slice(2)}`]
        const value = option.argChoices ? ` -x -a ${say(option.argChoices.join(' '))}` : takesValue(option) ? ' -r' : ''
        return `${complete} ${flags.filter(Boolean).join(' ')}${value} -d ${say(option.description)}`
      }),
    ]
  })
  return `# Completes ${name} in fish. Write it to ~/.config/fish/completions/${name}.fish
${lines.join('\n')}
`
}
