import { createHash } from 'node:crypto'
import { html } from '../escape.ts'
import type { Report } from '../model.ts'
import { duration, plural, short, stepsText } from '../numbers.ts'
import { leverText } from '../phrases.ts'
import type { Progress } from '../../run/events.ts'
import type { StepsSoFar } from '../../run/protocol.ts'
import { pageHtml, type Section } from './page.ts'
import { card, details, paragraph, pill, table } from './parts.ts'

/** How a study that has no report yet is doing. */
export interface LiveSection extends Progress {
  readonly state: 'running' | 'stopped'
  /** Changes whenever there is something new to show. */
  readonly version: string
  /** Changes whenever a section beside this one has something new to show. */
  readonly rest: string
  /** The stage that runs, such as `[2/5] batch`; null before the first. */
  readonly stage: string | null
  /** The runs in training that have taken a while. */
  readonly training: readonly LiveRun[]
  /** What counts toward the budget of minutes. */
  readonly secondsUsed: number
}

/** A run in training. */
export interface LiveRun extends StepsSoFar {
  readonly label: string
  readonly seed: number
  /** Training losses so far, at even times. */
  readonly losses: readonly number[]
}

/** Stands in place of the verdict, which a running study does not have yet. */
export const liveBanner = ({ state: is }: LiveSection, { study, verdict }: Report): string =>
  `<div class="banner"><div class="title">${pill('off', is)}<h1>${html(study.name, 200)}</h1></div>` +
  `<p class="sentence">${html(verdict.sentence)}</p><p>${html(`On ${study.engine}, ${study.specFile}.`)}</p></div>`

/** The first section of the page while the study runs: how far it is, what leads, and what was stopped early. */
export function liveSection(live: LiveSection, report: Report): Section {
  const said = sayings[live.state](live.stage)
  return {
    id: 'now',
    title: 'Now',
    inner: status(said, live.rest) + facts(live, report) + training(live) + incumbent(report) + stopped(report),
  }
}

const sayings = {
  running: (stage: string | null): string =>
    `The study is running. ${stage === null ? 'No stage has started yet.' : `It is at ${stage}.`}`,
  stopped: (stage: string | null): string =>
    `The study was stopped.${stage === null ? '' : ` It was at ${stage}.`} Start it again with the same command: it ` +
    'continues from its finished runs.',
}

/** What the study does, and a place for what the script of the page says. */
const status = (said: string, rest: string): string =>
  card(`${paragraph(said)}<p id="poll" role="status" data-rest="${html(rest)}"></p>`)

function facts(live: LiveSection, { budget, study }: Report): string {
  const { finished, expected, best, secondsLeft, secondsUsed } = live
  const minutes = budget.minutes === null ? [] : [['Minutes left', duration(Math.max(0, budget.minutes * 60 - secondsUsed))]]
  const trials = budget.trials === null ? [] : [['Trials left', String(Math.max(0, budget.trials - finished))]]
  const rows: readonly (readonly string[])[] = [
    ['Runs', `${finished} of about ${Math.max(expected, finished)}`],
    ['Time used', duration(secondsUsed)],
    ['Time left', secondsLeft === null ? 'not known yet' : `about ${duration(Math.max(1, secondsLeft))}`],
    ...minutes,
    ...trials,
    [`Best validation ${study.objective}`, best === null ? 'none yet' : short(best)],
  ]
  const share = expected === 0 ? 0 : Math.min(1, finished / Math.max(expected, finished))
  const bar = `<progress style="width:100%" max="1" value="${share.toFixed(4)}" aria-label="Finished runs"></progress>`
  return card(
    bar +
      table(
        [{ title: 'What' }, { title: 'So far' }],
        rows.map((row) => row.map((text) => html(text))),
      ),
  )
}

/** The curves of the runs in training; those of a study that was stopped are lost. */
function training({ state: is, training: runs }: LiveSection): string {
  if (is === 'stopped' || runs.length === 0) return ''
  const rows = runs.map((run) => [
    html(run.label, 120),
    String(run.seed),
    stepsText(run),
    short(run.loss),
    curve(run.losses),
  ])
  const n = { number: true }
  const columns = [
    { title: 'In training' },
    { title: 'Seed', ...n },
    { title: 'Steps' },
    { title: 'Loss', ...n },
    { title: 'Curve' },
  ]
  return card(table(columns, rows))
}

const [curveWidth, curveHeight] = [160, 28]

/** Losses as a line, from the least to the largest. */
function curve(losses: readonly number[]): string {
  const finite = losses.filter(Number.isFinite)
  if (finite.length < 2) return ''
  const [low, high] = [Math.min(...finite), Math.max(...finite)]
  const points = finite.map((loss, i) => {
    const x = (i / (finite.length - 1)) * curveWidth
    const y = high === low ? curveHeight / 2 : (1 - (loss - low) / (high - low)) * (curveHeight - 4) + 2
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  const text = `Training loss, from ${short(finite[0] ?? Number.NaN)} to ${short(finite.at(-1) ?? Number.NaN)}`
  return (
    `<svg role="img" aria-label="${text}" width="${curveWidth}" height="${curveHeight}" viewBox="0 0 ${curveWidth} ${curveHeight}">` +
    `<polyline fill="none" stroke="currentColor" stroke-width="1.5" points="${points.join(' ')}"/></svg>`
  )
}

/** The levers that the next stage starts from. */
function incumbent({ levers, stages }: Report): string {
  const decided = stages.filter(({ state: is }) => is === 'ran').length
  if (decided === 0) return card(paragraph('No stage has decided yet. The declared levers lead.'))
  const rows = levers.changes.map(({ lever, from, to }) => [html(lever), html(leverText(from)), html(leverText(to))])
  const lead = rows.length === 0 ? 'The declared levers still lead.' : 'The levers that lead:'
  return card(
    paragraph(`${plural(decided, 'stage')} decided. ${lead}`) +
      table([{ title: 'Lever' }, { title: 'Declared' }, { title: 'Leads' }], rows),
  )
}

/** Runs that ended before their schedule did, and why. */
function stopped({ runs }: Report): string {
  const early = runs.flatMap((run) => {
    const why = whyEarly(run)
    return why === null ? [] : [[html(run.stage), html(run.label), String(run.seed), html(why, 300)]]
  })
  const columns = [{ title: 'Stage' }, { title: 'Run' }, { title: 'Seed' }, { title: 'Why' }]
  return early.length === 0
    ? card(paragraph('No run has stopped early so far.'))
    : card(details(`${plural(early.length, 'run')} stopped early`, table(columns, early)))
}

function whyEarly({ job, status, reason }: Report['runs'][number]): string | null {
  if (status !== 'complete') return `${status}: ${reason ?? 'no reason given'}`
  if (job.kind !== 'train' || job.stopAfter >= 1) return null
  const share = Math.round(job.stopAfter * 100)
  return `planned: it trains ${share} % of its schedule, and only the better half of its round goes on`
}

/**
 * Asks the server every two seconds whether there is something new. If only this section has it, it is put in place, so that
 * nobody is disturbed who looks at a chart; otherwise the page is loaded again. Browsers keep the place on the page; this
 * keeps what is unfolded.
 */
const poll = `(()=>{const place=()=>document.getElementById('poll');const say=text=>{const here=place();if(here)here.textContent=text};
const key='open';const all=of=>[...of.querySelectorAll('details')];
const unfold=(of,open)=>all(of).forEach((d,i)=>{if(open[i])d.open=true});
try{unfold(document,JSON.parse(sessionStorage.getItem(key)||'[]'))}catch{}
let version=VERSION;let lost=0;const text=async path=>(await fetch(path,{cache:'no-store'})).text();
const renew=async()=>{const here=place();
const next=new DOMParser().parseFromString(await text('/now'),'text/html').getElementById('poll');
if(!here||!next||next.dataset.rest!==here.dataset.rest)return false;
const [old,fresh]=[here,next].map(one=>one.closest('section'));unfold(fresh,all(old).map(d=>d.open));
old.replaceWith(fresh);return true};
const look=async()=>{try{const now=await text('/version');lost=0;say('');
if(now!==version&&document.visibilityState==='visible'){
if(!await renew()){sessionStorage.setItem(key,JSON.stringify(all(document).map(d=>d.open)));location.reload();return}version=now}}
catch{if(++lost>1)say('The server of this page has ended.')}setTimeout(look,2000)};setTimeout(look,2000)})()`

/** The script of one state of the page. */
export function pollFor({ version }: Pick<LiveSection, 'version'>): { readonly text: string; readonly hash: string } {
  const text = poll.replace('VERSION', JSON.stringify(version))
  return { text, hash: `sha256-${createHash('sha256').update(text).digest('base64')}` }
}

/** The page before there is anything to show. */
export function waitingPage(version: string, said: string): string {
  return pageHtml({
    title: 'waiting',
    header: '<div class="banner"><div class="title"><h1>tunegate watch</h1></div></div>',
    sections: [{ id: 'now', title: 'Now', inner: status(said, '') }],
    footer: 'This page loads again by itself.',
    poll: pollFor({ version }),
  })
}
