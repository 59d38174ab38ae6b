import { InputError } from '../../base/diagnostics.ts'
import { yamlComment } from '../../base/yaml.ts'
import { isTrainer, type Plan, type StageName } from '../../records/plan.ts'
import type { CompileRequest, TargetDefinition } from './definition.ts'
import { hostedMachine, machineLines, setUpLines, workflowScalar, type JobMachine } from './machine.ts'

/** A GitHub workflow that calls the action once per job. */
export const workflow: TargetDefinition<'workflow'> = {
  name: 'workflow',
  summary: 'a GitHub workflow whose jobs share the runs of each stage',
  noun: 'workflow',
  render: (plan, { uses, before, ...request }) => workflowText(plan, { ...request, ...actionOf(uses, before) }),
  todo: (text) => (text.includes(unpinned) ? ['Write the commit of a release of the action in place of the zeros.'] : []),
}

/** What a compiled workflow says besides what follows from the plan. */
export interface WorkflowOptions
  extends Pick<CompileRequest, 'spec' | 'shards' | 'engine' | 'saveModel' | 'machine' | 'command'> {
  /** The action, as `owner/name@commit`, or `./` in its own repository. */
  readonly uses: string
  /** The comment after it, such as the release of the commit; null for none. */
  readonly release: string | null
}

/** Used until the user writes a commit: a workflow with it does not run, and says why. */
export const unpinned = 'tunegate/tunegate@0000000000000000000000000000000000000000'

export const checkout = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1'

/** A commit that a person wrote stays. Otherwise the file would be out of date with every release. */
function actionOf(wanted: string | undefined, before: string | undefined): Pick<WorkflowOptions, 'uses' | 'release'> {
  const [, kept, release] = before?.match(/^ *(?:- )?uses: (\.\/|(?!actions\/)\S+@\S+)(?: # ?([^\r\n]*))?/m) ?? []
  const uses = wanted ?? kept ?? unpinned
  if (uses !== './') checkedUses(uses, 'compile/uses')
  return { uses, release: wanted === undefined ? (release ?? null) : null }
}

/**
 * Accepts the action in the form that a generated workflow may use. Throws for anything else: a tag can be moved, a commit
 * cannot.
 */
export function checkedUses(uses: string, code: 'init/uses' | 'compile/uses'): string {
  if (/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses)) return uses
  throw new InputError([
    {
      code,
      severity: 'error',
      message: 'the action is not pinned to a commit',
      found: uses,
      allowed: 'owner/name@ and the 40 digits of a commit, because tags can move',
    },
  ])
}

/** A hosted job ends after 360 minutes. This leaves time to pass on what is finished. */
const longestJob = 350
const handingOn = 10

/**
 * The plan as a workflow: a job that begins the study; for each stage, a matrix that shares its widest request and a job
 * that takes the shards' runs, trains the rest and decides; and a gate that always runs. It depends only on the stages and
 * the budget, so a changed lever or data set leaves it unchanged.
 */
export function workflowText(plan: Pick<Plan, 'name' | 'jobs' | 'budget' | 'workload'>, options: WorkflowOptions): string {
  const stages = plan.jobs.map((job) => job.id)
  const minutes = jobMinutes(plan.budget.minutes)
  const jobs = [
    planJob(options, minutes),
    ...stages.flatMap((stage, i) => stageJobs(stage, stages[i - 1] ?? 'plan', options, minutes)),
    gateJob(stages, isTrainer(plan.workload) ? options.machine : hostedMachine),
  ]
  return [head(plan.name, options), ...jobs.map((job) => `${jobText(job, options)}\n`)].join('\n')
}

const head = (
  name: string,
  { command }: WorkflowOptions,
): string => `${yamlComment(`Written by \`${command}\`; with --check it tells`)}
# whether this file is up to date. Edit nothing by hand except the commit of the action.
name: ${workflowScalar(`tune ${name}`)}
on:
  workflow_dispatch:
  # Call it from your own workflow, on the events that you choose.
  workflow_call:

permissions: {}

concurrency:
  group: ${workflowScalar(`tunegate-${name}-`, '${{ github.ref }}')}
  cancel-in-progress: true

jobs:`

interface Job {
  readonly id: string
  readonly name: string
  readonly needs?: readonly string[]
  readonly when?: string
  /** The reason for that condition. */
  readonly because?: string
  /** Of `timeout-minutes`. */
  readonly minutes: number
  /** Outputs of the step, for later jobs. */
  readonly outputs?: readonly string[]
  /** Where the jobs of a matrix come from. */
  readonly shards?: string
  /** What the step is told besides the spec. */
  readonly inputs: readonly string[]
  /** Where it runs, if not on the machine that trains. */
  readonly machine?: JobMachine
}

/** The first job is told the engine; the others use what it found. */
const planJob = ({ engine, shards }: WorkflowOptions, minutes: number): Job => ({
  id: 'plan',
  name: 'Plan',
  minutes: minutes + handingOn,
  outputs: ['shards', 'engine'],
  inputs: ['mode: plan', `engine: ${engine}`, `shards: ${shards}`],
})

/** The matrix of a stage, and its own job. */
function stageJobs(stage: StageName, before: string, { shards }: WorkflowOptions, minutes: number): readonly Job[] {
  const known = [...new Set(['plan', before])]
  const [begun, runs] = [`needs.${before}.result == 'success'`, `${stage}-runs`]
  const limit = `job-minutes: ${minutes}`
  return [
    {
      id: runs,
      name: `${stage} \${{ matrix.shard }}`,
      needs: known,
      minutes: minutes + handingOn,
      shards: `needs.${before}.outputs.shards`,
      because: 'Without a status function, GitHub skips a job if any job before it was skipped.',
      when: `\${{ !cancelled() && ${begun} && needs.${before}.outputs.shards != '[]' }}`,
      inputs: ['mode: shard', `stage: ${stage}`, 'shard: ${{ matrix.shard }}', planned, limit],
    },
    {
      id: stage,
      name: stage,
      needs: [...known, runs],
      minutes: minutes + handingOn,
      outputs: ['shards'],
      because: 'If a shard was cut off, this job trains its runs.',
      when: `\${{ !cancelled() && ${begun} }}`,
      inputs: ['mode: stage', `stage: ${stage}`, planned, `shards: ${shards}`, limit],
    },
  ]
}

/**
 * The job that judges. A set-up command runs in the checkout, and what it runs there can change the steps after it. So the
 * gate of a model has none. That of a script needs the script's packages, because it asks the script to describe itself.
 */
const gateJob = (stages: readonly StageName[], machine: JobMachine): Job => ({
  id: 'gate',
  name: 'Gate',
  needs: ['plan', ...stages],
  when: 'always()',
  minutes: 15,
  inputs: ['mode: gate'],
  machine,
})

function jobText(
  { id, name, needs, because, when, minutes, outputs, shards, inputs, machine }: Job,
  plain: WorkflowOptions,
): string {
  const options = machine ? { ...plain, machine } : plain
  return [
    `  ${id}:`,
    `    name: ${name}`,
    ...(needs ? [`    needs: [${needs.join(', ')}]`] : []),
    ...(because ? [`    # ${because}`] : []),
    ...(when ? [`    if: ${when}`] : []),
    ...machineLines(options.machine),
    `    timeout-minutes: ${minutes}`,
    '    permissions:',
    '      contents: read',
    ...(outputs
      ? ['    outputs:', ...outputs.map((output) => `      ${output}: \${{ steps.tunegate.outputs.${output} }}`)]
      : []),
    ...(shards
      ? ['    strategy:', '      fail-fast: false', '      matrix:', `        shard: \${{ fromJSON(${shards}) }}`]
      : []),
    ...steps(options, inputs, outputs !== undefined),
  ].join('\n')
}

function steps(
  { spec, uses, release, saveModel, machine }: WorkflowOptions,
  inputs: readonly string[],
  named: boolean,
): readonly string[] {
  const models = saveModel.length === 0 ? [] : [`save-model: ${saveModel.join(',')}`]
  // zizmor would prefer `$/`, which actionlint and act do not support yet.
  const step =
    uses === './'
      ? 'uses: ./ # zizmor: ignore[self-repository]'
      : `uses: ${workflowScalar(uses)}${release === null ? '' : ` ${yamlComment(release)}`}`
  return [
    '    steps:',
    `      - uses: ${checkout}`,
    '        with:',
    '          persist-credentials: false',
    ...setUpLines(machine),
    ...(named ? ['      - id: tunegate', `        ${step}`] : [`      - ${step}`]),
    '        with:',
    ...[`spec: ${workflowScalar(spec)}`, ...inputs, ...models].map((line) => `          ${line}`),
  ]
}

/** Engines never mix in a study, so all jobs train on the first job's engine. */
const planned = 'engine: ${{ needs.plan.outputs.engine }}'

/** When a job passes its runs on by itself: a little after the study's own budget, and before the platform's limit. */
const jobMinutes = (minutes: number | null): number =>
  minutes === null ? longestJob : Math.min(longestJob, Math.ceil(minutes) + 5)
