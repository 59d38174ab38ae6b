import { html } from '../escape.ts'
import { card, paragraph } from '../html/parts.ts'
import { plural, whole } from '../numbers.ts'
import type { ExplorerData } from './data.ts'
import { groupNames, groupsOf } from './groups.ts'
import { embedded } from './packed.ts'
import { panels } from './panels.ts'

/**
 * The learning curves of every trial, drawn by the page's script from the numbers beside it. Without a script, the sentence
 * says where the curves are.
 */
export function explorer(data: ExplorerData): string {
  if (data.runs.length === 0) return ''
  return card(
    `${paragraph(sentence(data))}<noscript><p class="note">These curves need JavaScript. ` +
      `The other charts on this page do not. The folder curves/ has these curves as images and numbers.</p></noscript>` +
      `<div id="explorer" hidden="hidden">${controls(data)}${plots(data)}` +
      `<p id="readout" class="readout" role="status">Point at a line, or choose a trial, to read its values.</p></div>` +
      `<script type="application/json" id="explorer-data">${embedded(data)}</script>`,
  )
}

/** Whether the curves of every trial are drawn. */
export const isWhole = ({ runs, trials }: ExplorerData): boolean => runs.length === trials

/** `40 trials`, or `1,200 of 10,057 trials`. */
export const drawnOf = (data: ExplorerData): string =>
  `${isWhole(data) ? '' : `${whole(data.runs.length)} of `}${plural(data.trials, 'trial')}`

const sentence = (data: ExplorerData): string =>
  `${drawnOf(data)}, one line each; validation ${data.objective}, ${data.direction}. ` +
  `${isWhole(data) ? '' : someText}Lines that level off at the same value ` +
  'have reached what these levers allow. If a line turns back or breaks off, check its gradient norm and clipping below. ' +
  'Long curves are thinned: each segment keeps its smallest and largest value.'

const someText =
  'Of a stage with very many, the best and as many others, evenly spread, are drawn; report.json and the folder curves/ have all. '

function controls({ runs, objective, loss }: ExplorerData): string {
  const boxes = groupsOf({ runs }).map(
    (g) =>
      `<label class="chip"><input type="checkbox" name="group" value="${g}" checked="checked"> ` +
      `<span class="swatch ${g}"></span>${groupNames[g]} <span class="soft">(${runs.filter((r) => r.group === g).length})</span></label>`,
  )
  const measures = [
    ['objective', `validation ${objective}`],
    ['validationLoss', `validation ${loss}`],
    ['loss', 'training loss by step'],
  ]
  return (
    `<fieldset class="chips"><legend>Show trials of</legend>${boxes.join('')}</fieldset><div class="controls">` +
    `<label>Measure <select id="measure">${measures.map(([v, t]) => `<option value="${v}">${html(t ?? '')}</option>`).join('')}</select></label>` +
    `<label>Find <input id="find" type="search" placeholder="label, lever or seed" autocomplete="off"></label>` +
    `<label>Smoothing <input id="smoothing" type="range" min="0" max="0.98" step="0.02" value="0"> <output id="smoothed">0</output></label>` +
    `<label class="chip"><input id="log" type="checkbox"> log scale</label>` +
    `<label>Trial <select id="trial"></select></label><button id="reset" type="button">Whole range</button></div>` +
    `<p id="shown" class="note" role="status"></p>`
  )
}

const hints =
  ' A few lines far above all others leave the chart; the log scale shows them. Drag to zoom, double-click to reset. On the keyboard, left and right move along a line, up and down switch lines.'

const plots = (data: ExplorerData): string =>
  panels(data)
    .map(
      ({ id, title, sentence: say }) =>
        `<figure class="plot"><h3 id="plot-${id}-title">${html(title)}</h3>` +
        `<div class="canvas" id="plot-${id}" role="application" tabindex="0" aria-labelledby="plot-${id}-title" ` +
        `aria-describedby="plot-${id}-say readout"></div>` +
        `<figcaption id="plot-${id}-say">${html(say)}${id === 'main' ? hints : ''}</figcaption></figure>`,
    )
    .join('')
