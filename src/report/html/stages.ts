import type { Comparison, ExploredFindings, RangeTestFindings } from '../../records/decision.ts'
import type { LeverPatch } from '../../records/levers.ts'
import { gain, type MetricName } from '../../records/metrics.ts'
import { labelOf } from '../../stages/configurations.ts'
import { confirmation, stageNamed } from '../../stages/index.ts'
import { html } from '../escape.ts'
import type { Report, StageReport } from '../model.ts'
import { gainText, meanOf, plural, short, whole } from '../numbers.ts'
import { stageRuns } from '../phrases.ts'
import { measured } from './change.ts'
import type { Section } from './page.ts'
import { card, details, figures, paragraph, pill, table, type Drawings, type Tone } from './parts.ts'

const tones = { changed: 'pass', kept: 'off', inconclusive: 'inconclusive', verified: 'pass' } as const satisfies Record<
  string,
  Tone
>

/** One section per stage that ran: its conclusion, its charts and its comparisons. The section *Left out* has the others. */
export function stages(report: Report, drawings: Drawings): Section[] {
  return report.stages
    .filter(({ state }) => state === 'ran')
    .map((stage) => ({
      id: `stage-${stage.stage}`,
      title: `Stage ${stage.stage}`,
      inner: stageInner(stage, report, drawings),
      link: stage.stage,
      gist: stage.conclusion ?? '',
    }))
}

function stageInner(stage: StageReport, report: Report, drawings: Drawings): string {
  const state = stage.conclusion ?? stage.state.replace('-', ' ')
  const tone = stage.conclusion === null ? 'off' : tones[stage.conclusion]
  const runs =
    stage.runs.length === 0
      ? ''
      : paragraph(`${stageRuns(stage, report)}. The plan estimated ${whole(stage.planned?.runs ?? 0)}.`, 'note')
  const said = `<p>${pill(tone, state)} ${html(stage.summary)}</p>`
  const own = stage.stage === confirmation.name ? measured(report) : ''
  return card(said + runs + findings(stage, report, drawings) + comparisons(stage.comparisons)) + own
}

/** The stage's charts, then what it found in tables. */
function findings({ stage, findings: found }: StageReport, report: Report, drawings: Drawings): string {
  if (found === null) return ''
  const charts = stageNamed(stage).charts.map(({ ids }) => figures(drawings, ids))
  const { rangeTest, batch, explored } = found
  const tables = [
    ...(rangeTest ? [confirmations(rangeTest.confirmations, report.study.objective), suggestions(rangeTest.curves)] : []),
    ...(batch ? [probes(report)] : []),
    ...(explored && explored.trials.length > 1 ? [trials(explored, report.study.objective)] : []),
  ]
  return [...charts, ...tables].join('')
}

/** The most configurations that a table lists. */
const mostRows = 500

/** The configurations that were tried once, the best first. */
function trials({ trials: all }: ExploredFindings, objective: MetricName): string {
  const scored = [...all].sort((a, b) => {
    if (a.score === null || b.score === null) return Number(a.score === null) - Number(b.score === null)
    return gain(objective, a.score, b.score)
  })
  const rows = scored
    .slice(0, mostRows)
    .map(({ patch, score, confirmed }) => [
      html(isOwn(patch) ? 'incumbent' : labelOf(patch)),
      score === null ? 'unstable' : short(score),
      isOwn(patch) ? '' : confirmed ? 'compared under other seeds' : 'tried once',
    ])
  const counted = objective === 'nll' ? ' Stages count one more mistake in the nll than the validation rows show.' : ''
  const cut = all.length > mostRows ? `The best ${mostRows} of ${whole(all.length)}; report.json has all. ` : ''
  return details(
    'Configurations near the incumbent, one run each',
    table(
      [{ title: 'Configuration' }, { title: `Validation ${objective}`, number: true }, { title: 'What came of it' }],
      rows,
    ) + paragraph(`${cut}One run says which configurations deserve more, not which is best.${counted}`, 'note'),
  )
}

const isOwn = (patch: LeverPatch): boolean => Object.keys(patch).length === 0

function confirmations(all: RangeTestFindings['confirmations'], objective: string): string {
  const rows = all.map((c) => [
    short(c.learningRate),
    `${short(c.factor, 3)} × edge`,
    html(scoresText(c.scores)),
    html(outcomeTexts[c.outcome]),
  ])
  return details(
    'Rates tried below the edge',
    table(
      [
        { title: 'Learning rate', number: true },
        { title: 'Share', number: true },
        { title: `Validation ${objective} by seed` },
        { title: 'Outcome' },
      ],
      rows,
    ),
  )
}

const outcomeTexts: Readonly<Record<RangeTestFindings['confirmations'][number]['outcome'], string>> = {
  chosen: 'chosen',
  better: 'beats the old rate too; not taken',
  unstable: 'unstable',
  worse: 'worse',
  'within-noise': 'within noise of the old rate',
  'tried-once': 'tried once',
}

/** Other tools' readings of the same curves, for comparison only. */
function suggestions(curves: RangeTestFindings['curves']): string {
  const value = (v: number | null): string => (v === null ? '–' : short(v, 3))
  const rows = curves.map((c) => [
    String(c.seed),
    c.edge === null ? html(c.reason ?? 'no edge') : value(c.edge),
    value(c.valley),
    value(c.steepest),
  ])
  return details(
    'Every curve, and what other rules would pick',
    table(
      [
        { title: 'Seed' },
        { title: 'Edge', number: true },
        { title: "fastai's valley", number: true },
        { title: 'Steepest descent', number: true },
      ],
      rows,
    ),
  )
}

function probes({ timing }: Report): string {
  const rows = timing.probes.map((p) => [
    whole(p.batchSize),
    p.examplesPerSecond === null ? '–' : whole(p.examplesPerSecond),
    p.peakMemoryMiB === null ? '–' : whole(p.peakMemoryMiB),
    html(p.note === '' ? p.outcome.replaceAll('-', ' ') : p.note),
  ])
  return details(
    'Every batch size that was probed',
    table(
      [
        { title: 'Batch size', number: true },
        { title: 'Examples per second', number: true },
        { title: 'Peak memory, MiB', number: true },
        { title: 'Finding' },
      ],
      rows,
    ),
  )
}

function comparisons(all: readonly Comparison[]): string {
  const rows = all.map((c) => [
    html(c.label, 120),
    `${mean(c.incumbent)} → ${mean(c.candidate)}`,
    c.gain === null ? '–' : gainText(c.gain),
    c.threshold === null ? '–' : short(c.threshold),
    html(c.outcome.replace('-', ' ')),
  ])
  return details(
    plural(all.length, 'comparison'),
    table(
      [
        { title: 'Candidate' },
        { title: 'Incumbent → candidate', number: true },
        { title: 'Gain', number: true },
        { title: 'Noise explains', number: true },
        { title: 'Outcome' },
      ],
      rows,
    ),
  )
}

function mean(values: readonly (number | null)[]): string {
  const known = values.filter((v) => v !== null)
  return known.length === values.length && known.length > 0 ? short(meanOf(known)) : 'unstable'
}

const scoresText = (scores: readonly (number | null)[]): string =>
  scores.map((s) => (s === null ? 'unstable' : short(s))).join(', ')
