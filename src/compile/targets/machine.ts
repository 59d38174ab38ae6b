import { InputError } from '../../base/diagnostics.ts'
import { yamlScalar } from '../../base/yaml.ts'

/** Where the jobs of a generated workflow run, and what they do before they train. */
export interface JobMachine {
  /** Labels of the runner; a job takes a runner that has them all. */
  readonly runsOn: readonly string[]
  /** Image of the container that the steps run in; null for none. */
  readonly container: string | null
  /** Shell command between the checkout and the training; null for none. */
  readonly setUp: string | null
}

/** What people say of the machine; what they leave out is as on `hostedMachine`. */
export interface MachineOptions {
  readonly runsOn?: readonly string[]
  readonly container?: string
  readonly setUp?: string
}

/** A runner of GitHub. The jobs that decide and post after a comment always run there: they have a token. */
export const hostedMachine: JobMachine = { runsOn: ['ubuntu-latest'], container: null, setUp: null }

export const machineOf = ({ runsOn, container, setUp }: MachineOptions): JobMachine => ({
  runsOn: runsOn ?? hostedMachine.runsOn,
  container: container ?? null,
  setUp: setUp ?? null,
})

/** The options of the command line that say the same. */
export const machineArguments = ({ runsOn, container, setUp }: MachineOptions): readonly string[] => [
  ...(runsOn ? ['--runs-on', runsOn.join(',')] : []),
  ...(container === undefined ? [] : ['--container', container]),
  ...(setUp === undefined ? [] : ['--set-up', setUp]),
]

/** The lines of a job that say where it runs. */
export function machineLines({ runsOn, container }: JobMachine): readonly string[] {
  const [only, ...more] = runsOn.map((label) => yamlScalar(label))
  return [
    `    runs-on: ${more.length === 0 ? only : `[${[only, ...more].join(', ')}]`}`,
    ...(container === null ? [] : [`    container: ${yamlScalar(container)}`]),
  ]
}

/** The step after the checkout. */
export const setUpLines = ({ setUp }: JobMachine): readonly string[] =>
  setUp === null ? [] : ['      - name: Set up', `        run: ${workflowScalar(setUp)}`]

/**
 * Text as a scalar of a workflow. GitHub looks for expressions in scalars after it has read the YAML, and they cannot be
 * quoted, so text that contains one is rejected.
 *
 * @param after our own text that follows, which may be an expression
 */
export function workflowScalar(text: string, after = ''): string {
  if (!text.includes('${{')) return yamlScalar(text, after)
  throw new InputError([
    {
      code: 'compile/expression',
      severity: 'error',
      message: 'a name, a path or a command would become an expression in a workflow',
      found: text,
      hint: 'rename the file or the study, or put the command into a script',
    },
  ])
}
