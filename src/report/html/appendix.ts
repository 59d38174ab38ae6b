import { groupBy } from '../../base/lists.ts'
import { html } from '../escape.ts'
import { capitalized } from '../../gates/words.ts'
import type { Report } from '../model.ts'
import { duration, plural, rowsText, scriptRows, short, whole } from '../numbers.ts'
import { engineText, leverText, predictedText, timesText } from '../phrases.ts'
import { card, codeText, details, paragraph, pill, table } from './parts.ts'
import { resultsRows } from '../results.ts'
import { isResults } from '../sides.ts'

export function data(report: Report): string {
  const { data: d, study } = report
  const names = d.classes ?? d.targets ?? []
  const predicted = capitalized(predictedText(report))
  const classes = names.length > 0 ? `${predicted}: ${classNames(names)}.` : `${predicted}.`
  const found = d.findings.map((f) => `<li><strong>${html(f.check)}</strong>: ${html(f.message)}</li>`).join('')
  const notes = d.notes.map((n) => `<li>${html(n)}</li>`).join('')
  const layers = study.layers.map((l) => `<li>${html(l)}</li>`).join('')
  const listed = found + notes === '' ? '' : `<ul>${found}${notes}</ul>`
  if (study.trainer) return card(`<p>${html(isResults(report) ? resultsRows(report) : scriptRows(d))}</p>${listed}`)
  return card(
    `<p>${codeText(d.source)}: ${html(rowsText(d))}, inputs [${d.inputShape.join(', ')}]. ${classes}</p>` +
      checks(d) +
      listed +
      details(`The model: ${whole(study.parameters)} parameters`, `<ol>${layers}</ol>`),
  )
}

/** The first fifty, each short enough to take in. */
const classNames = (classes: readonly string[]): string =>
  [...classes.slice(0, 50).map((c) => html(c, 60)), ...(classes.length > 50 ? ['…'] : [])].join(', ')

/** The checks that found something, and in one line those that found nothing. */
function checks({ checks: all, findings }: Report['data']): string {
  if (all.length === 0) return paragraph('No check ran because all are off in the spec.')
  const found = groupBy(findings, ({ check }) => check)
  const quiet = all.filter((check) => !found.has(check))
  const pills = all.flatMap((check) => {
    const own = found.get(check)
    if (!own) return []
    const tone = own.every(({ severity }) => severity === 'note') ? 'off' : 'inconclusive'
    return [pill(tone, `${check}: ${whole(own.length)} found`)]
  })
  const line =
    quiet.length === 0 ? '' : paragraph(`${plural(quiet.length, 'check')} found nothing: ${quiet.join(', ')}.`, 'note')
  return (pills.length === 0 ? '' : `<p class="pills">${pills.join(' ')}</p>`) + line
}

/** What the study left out, one item each: stages for one reason together, then what stages and the study omitted. */
export function leftOut({ omissions: all, stages }: Report): readonly string[] {
  const idle = groupBy(
    stages.filter(({ state }) => state !== 'ran'),
    ({ summary }) => summary,
  )
  const skipped = [...idle].map(
    ([why, of]) => `<li><strong>${of.map((s) => s.stage).join(', ')}</strong>: ${html(why)}</li>`,
  )
  return [
    ...skipped,
    ...all.map((o) => `<li>${o.stage === null ? '' : `<strong>${o.stage}</strong>: `}${html(o.what)}: ${html(o.why)}.</li>`),
  ]
}

export function omissions(report: Report): string {
  const { budget } = report
  const items = leftOut(report).join('')
  const out =
    budget.exhausted === null
      ? ''
      : paragraph(`The budget of ${budget.exhausted} ran out. The study is not reproducible beyond that point.`)
  return items + out === '' ? '' : card(out + (items === '' ? '' : `<ul>${items}</ul>`))
}

/** The most rows that a browser lays out without delay; `report.json` has all of them. */
const mostRows = 2000

export function runs({ runs: all, timing, study }: Report): string {
  const seconds = new Map(timing.runs.map((t) => [t.id, t.seconds]))
  const rows = all.slice(0, mostRows).map((r) => {
    const best = r.best?.validation[study.objective]
    const took = seconds.get(r.id)
    return [
      r.stage,
      html(r.label, 120),
      `${r.seed}${r.fold === undefined ? '' : ` <span class="soft">fold ${r.fold}</span>`}`,
      r.job.kind.replace('-', ' '),
      html(r.differences.map((d) => `${d.lever} ${leverText(d.to)}`).join(', '), 300) ||
        '<span class="soft">as declared</span>',
      html(r.status === 'complete' ? 'complete' : `${r.status}: ${r.reason ?? ''}`, 200),
      whole(r.steps),
      best === undefined ? '–' : short(best),
      took === undefined ? '–' : duration(took),
      `<a href="${html(encodeURI(r.curve))}">curve</a>`,
    ]
  })
  const n = { number: true }
  const more =
    all.length > mostRows
      ? paragraph(`The first ${whole(mostRows)} of ${plural(all.length, 'run')}. report.json has all of them.`, 'note')
      : ''
  return card(
    details(
      `All ${plural(all.length, 'run')}`,
      table(
        [
          { title: 'Stage' },
          { title: 'Trial' },
          { title: 'Seed', ...n },
          { title: 'Job' },
          { title: 'Levers that differ from the spec' },
          { title: 'Ended' },
          { title: 'Steps', ...n },
          { title: `Best validation ${study.objective}`, ...n },
          { title: 'Time', ...n },
          { title: 'Curve' },
        ],
        rows,
      ) + more,
    ),
  )
}

export function repeat(report: Report): string {
  const { study, tool } = report
  const engine = engineText(report)
  const rows = [
    ['Spec', `${codeText(study.specFile)} ${codeText(study.fingerprints.spec)}`],
    ['Plan', codeText(study.fingerprints.plan)],
    ['Data', codeText(study.fingerprints.data)],
    ['Root seed', String(study.seed)],
    ['Engine', `${codeText(engine.label)}${html(engine.why)}`],
    ['Tool', codeText(tool)],
  ]
  return card(
    `<pre tabindex="0" role="group" aria-label="The command"><code>${html(study.command)}</code></pre>${paragraph('The same seed, engine and machine class give bit-identical results.')}` +
      `${table([{ title: 'What' }, { title: 'Fingerprint or version' }], rows)}${paragraph(timesText(report), 'note')}`,
  )
}
