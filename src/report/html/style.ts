import { colors } from '../charts/theme.ts'
import { groupColors } from '../explorer/groups.ts'

const variables = (all: readonly (readonly [group: string, color: string])[]): string =>
  all.map(([group, color]) => `--c-${group}: ${color}`).join('; ')

/** Colors that are hard to see on a dark page, and their replacements there. */
const brighter: Readonly<Record<string, string>> = {
  [colors.winner]: '#4ba3e3',
  [colors.chosen]: '#2fc99a',
  [colors.limit]: '#ff8a3d',
}

const groupVariables = variables(Object.entries(groupColors))
const darkVariables = variables(
  Object.entries(groupColors).flatMap(([group, color]) => {
    const other = brighter[color]
    return other === undefined ? [] : [[group, other] as const]
  }),
)

const darkCharts = Object.entries(brighter)
  .map(([color, other]) => `svg [stroke="${color}"] { stroke: ${other} } svg [fill="${color}"] { fill: ${other} }`)
  .join('\n  ')

/** Two rules a line. */
const swatches = Object.keys(groupColors)
  .map((group, i) => `${i === 0 ? '' : i % 2 === 0 ? '\n' : ' '}.swatch.${group} { background: var(--c-${group}) }`)
  .join('')

/**
 * The page's look: light and dark by the reader's setting, readable on a phone, printable. It references no file or address.
 */
export const style = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --ink: #1c2330; --soft: #5a6577; --line: #dfe3ea;
  --pass: #00724f; --pass-wash: #e0f3ec; --fail: #b03c00; --fail-wash: #fdeae1; --open: #8a5c00; --open-wash: #fdf3dc;
  --shade: #b6bfcc; --off: #5a6577; --off-wash: #eceff3; --link: #005f96;
  ${groupVariables} }
@media screen and (prefers-color-scheme: dark) { :root { --page: #12161d; --card: #1a202a; --ink: #e6eaf1; --soft: #9aa6b8;
  --line: #2d3644;
  --pass: #4fd0a5; --pass-wash: #123229; --fail: #ff9a66; --fail-wash: #3a2016; --open: #f2c14e; --open-wash: #352a10;
  --shade: #4b5768; --off: #9aa6b8; --off-wash: #262e3a; --link: #6db8ea;
  ${darkVariables} }
  ${darkCharts} }
* { box-sizing: border-box }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
main, header.top, nav { max-width: 1180px; margin: 0 auto; padding: 0 20px }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 1.22rem; margin: 40px 0 12px; scroll-margin-top: 58px }
h3 { font-size: 1rem; margin: 0 0 6px; scroll-margin-top: 70px }
p, li, h1, h2, h3, dd, figcaption, label, summary, footer { overflow-wrap: anywhere } p { margin: 0 0 10px } a { color: var(--link) }
code { font: 0.88em ui-monospace, "SF Mono", Menlo, Consolas, monospace; background: var(--off-wash); border-radius: 4px;
  padding: 1px 5px;
  overflow-wrap: anywhere }
pre { background: var(--off-wash); border-radius: 8px; padding: 12px 14px; overflow-x: auto; margin: 0 0 12px }
  pre code { background: none; padding: 0 }
.soft { color: var(--soft) } .small { font-size: 0.88rem }
header.top { padding-top: 30px }
.banner { border-radius: 14px; padding: 22px 24px; border-left: 8px solid; background: var(--card) }
.banner .title { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px }
.banner .altered { font-weight: 600; margin: 0 0 10px }
.banner .sentence { font-size: 1.12rem; font-weight: 600; margin: 12px 0 4px } .banner p:last-child { margin: 0 }
.pass { --tone: var(--pass); --wash: var(--pass-wash) } .fail { --tone: var(--fail); --wash: var(--fail-wash) }
.inconclusive { --tone: var(--open); --wash: var(--open-wash) } .off { --tone: var(--off); --wash: var(--off-wash) }
.banner { border-color: var(--tone); background: var(--wash) }
.pill { display: inline-block; font-weight: 650; font-size: 0.82rem; line-height: 1.2; padding: 3px 10px;
  border-radius: 999px; color: var(--tone);
  background: var(--wash); border: 1px solid var(--tone); white-space: nowrap }
.banner .pill { font-size: 1.05rem; padding: 6px 16px; background: var(--tone); color: var(--page) }
nav { position: sticky; top: 0; z-index: 2; margin-top: 14px; background: var(--page); border-bottom: 1px solid var(--line) }
nav ul { list-style: none; display: flex; gap: 2px; padding: 0; margin: 0 -10px; overflow-x: auto; scrollbar-width: none }
nav a { display: block; padding: 9px 10px; color: var(--soft); font-size: 0.92rem; text-decoration: none; white-space: nowrap }
nav a:hover, nav a:focus { color: var(--link); box-shadow: inset 0 -2px var(--link) }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: 12px; margin: 18px 0 0 }
.facts div, .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px }
.facts div { padding: 12px 16px } .facts dt { color: var(--soft); font-size: 0.82rem } .facts dd { margin: 2px 0 0;
  font-size: 1.1rem; font-weight: 620 }
.facts dd small { display: block; font-weight: 400; font-size: 0.8rem; color: var(--soft) }
.card { padding: 18px 20px; margin: 0 0 14px } .card > :last-child { margin-bottom: 0 }
.pills { display: flex; flex-wrap: wrap; gap: 6px 8px }
.sign { font-weight: 700; color: var(--tone) } ul.why { margin: 4px 0 10px; padding: 0; list-style: none }
ul.why li { margin: 2px 0 }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 10px 28px }
.beside figure:empty { display: none } .beside ol { margin: 0 0 10px; padding-left: 22px }
.with-pill { display: flex; gap: 10px; align-items: baseline } .note { color: var(--soft); font-size: 0.92rem }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 14px;
  align-items: stretch } .two .card { margin: 0 }
@media (min-width: 1000px) { .two .card:last-child:nth-child(odd) { grid-column: 1 / -1; display: grid;
  grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 28px; align-items: center }
  .two .card:last-child:nth-child(odd) h3 { grid-column: 1 / -1 } }
figure { margin: 0 } figcaption { color: var(--soft); font-size: 0.9rem; margin-top: 8px }
.scroll { overflow-x: auto; max-width: 100%; background: linear-gradient(to right, var(--card) 30%, transparent),
  linear-gradient(to left, var(--card) 30%, transparent) 100% 0, linear-gradient(to right, var(--shade), transparent),
  linear-gradient(to left, var(--shade), transparent) 100% 0; background-repeat: no-repeat; background-color: var(--card);
  background-size: 44px 100%, 44px 100%, 16px 100%, 16px 100%; background-attachment: local, local, scroll, scroll }
.chart { overflow-x: auto } .chart svg { display: block; width: 100%; height: auto; min-width: 300px }
table code { white-space: nowrap }
.charts { display: grid; gap: 22px 28px; align-items: start; margin: 14px 0 }
@media (min-width: 760px) { .charts.two-up, .charts.many { grid-template-columns: 1fr 1fr }
  .charts.three { grid-template-columns: repeat(3, 1fr) }
  .charts.two-up, .charts.three, .charts.many { row-gap: 0 }
  .charts.two-up figure, .charts.three figure, .charts.many figure { display: grid; grid-row: span 3;
    grid-template-rows: subgrid; margin-bottom: 18px }
  .charts.one figure { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 0 28px; align-items: center }
  .charts.one h3 { grid-column: 1 / -1 } }
details.fold > summary { list-style: none; color: inherit; margin: 40px 0 12px; display: flex; gap: 4px 12px;
  align-items: baseline; flex-wrap: wrap } details.fold > summary::-webkit-details-marker { display: none }
details.fold > summary h2 { margin: 0 } details.fold > summary h2::before { content: "▾ "; color: var(--soft); font-size: 0.8em }
details.fold:not([open]) > summary { margin: 14px 0; padding: 10px 14px; background: var(--card);
  border: 1px solid var(--line); border-radius: 12px } details.fold:not([open]) > summary h2::before { content: "▸ " }
details.fold:not([open]) h2 { font-size: 1.05rem } details.fold .gist { display: none; color: var(--soft); font-size: 0.92rem }
details.fold:not([open]) .gist { display: inline }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem } th { text-align: left; color: var(--soft);
  font-weight: 600; font-size: 0.82rem }
th, td { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top }
  tr:last-child td { border-bottom: 0 }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
  td.nowrap { white-space: nowrap }
ol.timeline { list-style: none; margin: 0; padding: 0 0 0 22px; border-left: 3px solid var(--line) }
ol.timeline li { position: relative; margin: 0 0 16px } ol.timeline li:last-child { margin: 0 }
ol.timeline li::before { content: ""; position: absolute; left: -30px; top: 7px; width: 11px; height: 11px;
  border-radius: 50%; background: var(--link);
  border: 2px solid var(--card) }
ul.boxes { list-style: none; margin: 0; padding: 0 } ul.boxes summary { color: inherit; margin: 0 }
ul.boxes li { padding: 7px 0; border-bottom: 1px solid var(--line) } ul.boxes li:last-child { border: 0 }
ul.boxes p { margin: 6px 0 2px }
details summary { cursor: pointer; color: var(--link); margin: 10px 0 } details[open] summary { margin-bottom: 12px }
.skip { position: absolute; left: -9999px } .skip:focus { left: 12px; top: 8px; background: var(--card); padding: 6px 10px }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
fieldset.chips { border: 0; padding: 0; margin: 12px 0 10px; display: flex; flex-wrap: wrap; gap: 6px 10px }
fieldset.chips legend { float: left; margin-right: 10px; padding: 0; font-weight: 600 }
.chip { display: inline-flex; align-items: center; gap: 6px } .swatch { width: 18px; height: 4px; border-radius: 2px;
  background: var(--ink) }
${swatches}
.controls { display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: center; font-size: 0.94rem }
.controls select, .controls input[type=search], .controls button { font: inherit; color: var(--ink); background: var(--card);
  border: 1px solid var(--soft); border-radius: 7px; padding: 4px 8px; max-width: min(70vw, 300px) }
.controls output { display: inline-block; min-width: 2.4em; font-variant-numeric: tabular-nums }
.plot { margin: 16px 0 0 } .plot .canvas { min-height: 190px; border-radius: 6px } #plot-main { min-height: 320px }
.u-over canvas.highlight { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none }
.readout { position: sticky; bottom: 0; background: var(--card); border-top: 1px solid var(--line); margin: 12px 0 0;
  padding: 10px 0; min-height: 3.2em }
footer { max-width: 1180px; margin: 44px auto 30px; padding: 0 20px; color: var(--soft); font-size: 0.88rem }
@media (max-width: 560px) { main, header.top, nav, footer { padding-left: 14px; padding-right: 14px }
  .card { padding: 14px }
  .scroll table { width: max-content; min-width: 100% } .scroll td { max-width: 62vw; white-space: normal }
  .scroll td.number { max-width: none; white-space: nowrap }
  .banner { padding: 16px } h2 { margin-top: 30px } .facts { grid-template-columns: 1fr 1fr; gap: 8px } .facts div { padding: 8px 12px } }
@media print { :root { color-scheme: light; --page: #fff; --card: #fff } @page { margin: 14mm }
  main, header.top, footer { max-width: none; padding: 0 } nav, .skip, .controls, fieldset.chips, #readout, #shown { display: none }
  h2, h3 { break-after: avoid } figure, tr, li, .two .card, .facts div, .banner { break-inside: avoid }
  .banner, .pill, .swatch, .sign { print-color-adjust: exact } .chart svg { min-width: 0 } table { font-size: 0.8rem } }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto } }
`
