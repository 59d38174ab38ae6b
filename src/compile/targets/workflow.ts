import type { Plan, StageName } from '../../plan/plan.ts'

/** What a compiled workflow says beside what follows from the plan. */
export interface WorkflowOptions {
  /** Path of the spec from the root of the repository, with `/` between folders. */
  readonly spec: string
  /** The action, as `owner/name@commit`, or `./` in its own repository. */
  readonly uses: string
  /** Jobs that share the runs of a stage, at most. */
  readonly shards: number
  /** What the first job is told; the others take what it found. */
  readonly engine: string
  /** The command that writes the file. */
  readonly command: string
}

/** Until the user writes a commit: a workflow with it does not run, and says why. */
export const unpinned = 'tunegate/tunegate@0000000000000000000000000000000000000000'

const checkout = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1'
/** A hosted job ends after 360 minutes; this leaves time to hand on what is finished. */
const longestJob = 350
const handingOn = 10

/**
 * The plan as a workflow: a job that begins the study; for each stage a matrix that shares its widest ask, and a job that takes
 * what the shards have, trains the rest and decides; a gate that always runs. It follows from the stages and the budget alone,
 * so a changed lever or data set leaves it as it is.
 */
export function workflowText(plan: Pick<Plan, 'name' | 'jobs' | 'budget'>, options: WorkflowOptions): string {
  const stages = plan.jobs.map((job) => job.id)
  const before = (i: number): string => stages[i - 1] ?? 'plan'
  return [
    head(plan.name, options),
    planJob(options, plan.budget.minutes),
    ...stages.flatMap((stage, i) => [
      shardsJob(stage, before(i), options, plan.budget.minutes), stageJob(stage, before(i), options, plan.budget.minutes),
    ]),
    gateJob(stages, options),
  ].join('\n')
}

const head = (name: string, { command }: WorkflowOptions): string => `# Written by \`${command}\`; with --check it tells
# whether this file is still what the spec gives. Only the commit of the action may be changed by hand.
name: ${text(`tune ${name}`)}
on:
  workflow_dispatch:
  # From a workflow of yours, on the events that you choose.
  workflow_call:

permissions: {}

concurrency:
  group: ${text(`tunegate-${name}-`)}\${{ github.ref }}
  cancel-in-progress: true

jobs:`

const planJob = (options: WorkflowOptions, minutes: number | null): string => `  plan:
    name: Plan
    runs-on: ubuntu-latest
    timeout-minutes: ${jobMinutes(minutes) + handingOn}
    permissions:
      contents: read
    outputs:
      shards: \${{ steps.tunegate.outputs.shards }}
      engine: \${{ steps.tunegate.outputs.engine }}
${steps(options, ['mode: plan', `engine: ${options.engine}`, `shards: ${options.shards}`], true)}
`

const shardsJob = (stage: StageName, before: string, options: WorkflowOptions, minutes: number | null): string => `  ${stage}-runs:
    name: ${stage} \${{ matrix.shard }}
    needs: ${needs(before)}
    # Without a status function a job is left out where any job before it was.
    if: \${{ !cancelled() && needs.${before}.result == 'success' && needs.${before}.outputs.shards != '[]' }}
    runs-on: ubuntu-latest
    timeout-minutes: ${jobMinutes(minutes) + handingOn}
    permissions:
      contents: read
    strategy:
      fail-fast: false
      matrix:
        shard: \${{ fromJSON(needs.${before}.outputs.shards) }}
${steps(options, ['mode: shard', `stage: ${stage}`, 'shard: ${{ matrix.shard }}', planned, `job-minutes: ${jobMinutes(minutes)}`])}
`

const stageJob = (stage: StageName, before: string, options: WorkflowOptions, minutes: number | null): string => `  ${stage}:
    name: ${stage}
    needs: ${needs(before, `${stage}-runs`)}
    # Where a shard was ended, its runs are trained here.
    if: \${{ !cancelled() && needs.${before}.result == 'success' }}
    runs-on: ubuntu-latest
    timeout-minutes: ${jobMinutes(minutes) + handingOn}
    permissions:
      contents: read
    outputs:
      shards: \${{ steps.tunegate.outputs.shards }}
${steps(options, ['mode: stage', `stage: ${stage}`, planned, `shards: ${options.shards}`, `job-minutes: ${jobMinutes(minutes)}`], true)}
`

const gateJob = (stages: readonly StageName[], options: WorkflowOptions): string => `  gate:
    name: Gate
    needs: [${['plan', ...stages].join(', ')}]
    if: always()
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
${steps(options, ['mode: gate'])}
`

function steps({ spec, uses }: WorkflowOptions, inputs: readonly string[], named = false): string {
  // zizmor would have \`$/\`, which actionlint and act do not know yet.
  const step = uses === './' ? 'uses: ./ # zizmor: ignore[self-repository]' : `uses: ${uses}`
  return [
    '    steps:', `      - uses: ${checkout}`, '        with:', '          persist-credentials: false',
    ...named ? ['      - id: tunegate', `        ${step}`] : [`      - ${step}`],
    '        with:', ...[`spec: ${text(spec)}`, ...inputs].map((line) => `          ${line}`),
  ].join('\n')
}

/** Engines never mix in a study, so all jobs train by the one of the first. */
const planned = 'engine: ${{ needs.plan.outputs.engine }}'
const needs = (...jobs: readonly string[]): string => `[${[...new Set(['plan', ...jobs])].join(', ')}]`

/** When a job hands on by itself: a little after the study's own budget, and before the platform's end. */
const jobMinutes = (minutes: number | null): number => (minutes === null ? longestJob : Math.min(longestJob, Math.ceil(minutes) + 5))

/** A scalar that YAML reads as this text. */
const text = (value: string): string => (/^[\w][\w ./-]*$/.test(value) && !/ $/.test(value) ? value : JSON.stringify(value))
