import type { MetricComparison } from '../../gates/verification.ts'
import { changeLines } from '../change-lines.ts'
import { gateChartId } from '../charts/gates.ts'
import { html } from '../escape.ts'
import { limits } from '../limits.ts'
import type { Report } from '../model.ts'
import { nextSteps } from '../next-steps.ts'
import { duration, gainAndInterval, meanAndSd, plural, whole } from '../numbers.ts'
import { askText, byUrgency, gatesNote, headline, metricSentences, settleBeside } from '../phrases.ts'
import { card, details, figure, icon, paragraph, pill, type Drawings } from './parts.ts'
import { headlineComparison, isResults, judgedSide } from '../sides.ts'

/** The first screen: the verdict, its sentence, and the numbers behind it. */
export function banner(report: Report): string {
  const { verdict, study } = report
  const sentences = metricSentences(report).join(' ')
  const about = sentences === '' ? '' : paragraph(sentences, 'soft')
  return (
    `<div class="banner ${verdict.status}">${altered(report)}<div class="title">` +
    `${pill(verdict.status, verdict.status)}<h1>${html(study.name, 200)}</h1></div>` +
    `<p class="sentence">${html(verdict.sentence)}</p>${why(report)}<p>${html(headline(report))}</p>${about}</div><dl class="facts">${facts(report)}</dl>`
  )
}

/** Above the verdict, since it says what the verdict is worth. */
const altered = (report: Report): string =>
  changeLines(report)
    .map((line) => `<p class="altered">${icon('inconclusive')} ${html(line)}</p>`)
    .join('')

/** What each blocking gate says, with its numbers. What to do about it follows in the first section. */
function why({ verdict }: Report): string {
  const items = byUrgency(verdict.gates).flatMap(({ gate: g, position: i }) =>
    g.blocks ? [`<li>${icon(g.status)} <a href="#gate-${i + 1}">${html(g.rule.gate)}</a>: ${html(g.sentence)}</li>`] : [],
  )
  return items.length === 0 ? '' : `<ul class="why">${items.join('')}</ul>`
}

function facts(report: Report): string {
  const told = headlineComparison(report)
  const fact = (name: string, value: string, more = ''): string =>
    `<div><dt>${html(name)}</dt><dd>${html(value)}${more === '' ? '' : `<small>${html(more)}</small>`}</dd></div>`
  const measured = told
    ? [
        fact(`${judgedSide(report)}, ${told.split} ${told.metric}`, ...sideText(told.candidate)),
        fact(`Baseline, ${told.split} ${told.metric}`, ...sideText(told.baseline)),
        told.gain ? fact('Gain', gainAndInterval(told.gain).gain, `95 %: ${gainAndInterval(told.gain).interval}`) : '',
      ]
    : []
  return [
    ...measured,
    isResults(report) ? '' : fact('Levers moved', String(report.levers.changes.length)),
    fact(
      'Runs',
      whole(report.runs.length),
      report.budget.trials === null ? '' : `of ${whole(report.budget.trials)} allowed`,
    ),
    fact('Time', duration(report.timing.seconds), report.study.engine),
  ].join('')
}

function sideText({ mean, sd, seeds }: MetricComparison['candidate']): [value: string, more: string] {
  const [value = '–', spread] = meanAndSd(mean, sd).split(' ± ')
  return [value, `${spread === undefined ? '' : `SD ${spread}, `}${plural(seeds, 'seed')}`]
}

/** What a reader should do, beside what to keep in mind; alone if the other has nothing. */
export function whatNow(report: Report): string {
  const items = (all: readonly string[]): string => all.map((text) => `<li>${html(text)}</li>`).join('')
  const [steps, kept] = [items(nextSteps(report)), items(limits(report))]
  const cards = [
    steps === '' ? '' : card(`<h3>What to do next</h3><ol>${steps}</ol>`),
    kept === '' ? '' : card(`<h3>What not to trust</h3><ul>${kept}</ul>`),
  ].filter((inner) => inner !== '')
  return cards.length === 2 ? `<div class="two">${cards.join('')}</div>` : cards.join('')
}

const reading =
  'In the charts, dots are estimates, bars their intervals and dashed lines limits. Rings are single seeds, with a count where ' +
  'several are equal; on the axis of an SD, each is the distance of a seed from the mean.'

/** One card per gate, the most urgent first: its question, its interval, its answer. */
export function gates(report: Report, drawings: Drawings): string {
  const { verdict } = report
  if (verdict.gates.length === 0) return card(paragraph('No gate is declared.'))
  const places = byUrgency(verdict.gates)
  const cards = places.map(({ gate: g, position: i }) => {
    const settle = settleBeside(g)
    const remedy = settle === '' ? '' : `<p><strong>To settle it:</strong> ${html(settle)}</p>`
    const notes = g.notes.map((n) => paragraph(n, 'note')).join('') + (g.change ? paragraph(g.change, 'soft') : '')
    const beside = (g.evidence ?? []).map((e) => paragraph(e.sentence)).join('')
    const chart = figure(drawings, gateChartId(g.rule, i), false)
    const open = g.status === 'inconclusive' && !g.blocks ? ' (the spec lets it through)' : ''
    return card(
      `<h3 class="with-pill" id="gate-${i + 1}">${pill(g.status, `${g.status}${open}`)}<span>${html(askText(g))}</span></h3>${chart}<div>${paragraph(g.sentence)}${remedy}${notes}${details('Shown beside the verdict, but not gated on', beside)}</div>`,
    )
  })
  return `${paragraph(`${gatesNote(report)} ${reading}`.trim(), 'soft')}<div class="two">${cards.join('')}</div>`
}
