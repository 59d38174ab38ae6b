import type { ExplorerData, ExplorerRun } from '../explorer/data.ts'
import { lineOf, type Measure } from '../explorer/lines.ts'
import { unpacked } from '../explorer/packed.ts'
import { panels } from '../explorer/panels.ts'
import { foldSections } from './folds.ts'
import { nearest, smooth } from './lines.ts'
import { createPlot, type Drawn, type Plot } from './plot.ts'
import { nameOf, readout, titleOf, type State } from './readout.ts'

const byId = <T extends HTMLElement>(id: string): T => {
  const found = document.getElementById(id)
  if (!found) throw new Error(`the page has no element ${id}`)
  return found as T
}
/** Connects filters, plots and readout. The page works without it, except for these curves. */
export function start(): void {
  const element = document.getElementById('explorer-data')
  if (!element) return
  const data = unpacked(element.textContent ?? '')
  const state: State = {
    measure: 'objective',
    smoothing: 0,
    log: false,
    visible: data.runs.map((_, i) => i),
    run: null,
    epoch: null,
  }
  let plots: Plot[] = []
  byId('explorer').hidden = false

  const show = (): void => {
    byId<HTMLSelectElement>('trial').value = state.run === null ? '' : String(state.run)
    byId('readout').textContent = readout(data, state)
    for (const p of plots) p.highlight(state.run, state.epoch)
  }
  const draw = (): void => {
    for (const p of plots) p.destroy()
    plots = specsOf(data, state).map((spec) =>
      createPlot({
        ...spec,
        host: byId(`plot-${spec.id}`),
        onPoint: (epoch, run) => {
          state.epoch = epoch
          if (run !== null) state.run = run
          show()
        },
      }),
    )
    show()
  }
  const choose = (): void => {
    state.visible = visibleRuns(data)
    if (state.run !== null && !state.visible.includes(state.run)) state.run = null
    trialChoices(data, state)
    byId('shown').textContent = `${state.visible.length} of ${data.trials} trials shown.`
  }
  const filter = (): void => {
    choose()
    draw()
  }
  const soon = oncePerFrame(draw)
  const reset = (): void => {
    for (const p of plots) p.reset()
  }
  controls(state, {
    draw,
    filter,
    type: () => {
      choose()
      soon()
    },
    soon,
    show,
    reset,
  })
  keyboard(data, state, show)
  whenNear(byId('explorer'), filter)
}

/** The curves are far below the verdict. They are drawn when a reader comes near, or prints. */
function whenNear(element: HTMLElement, act: () => void): void {
  let done = false
  const once = (): void => {
    if (!done) {
      done = true
      observer.disconnect()
      act()
    }
  }
  const observer = new IntersectionObserver(
    (seen) => {
      if (seen.some((s) => s.isIntersecting)) once()
    },
    { rootMargin: '800px' },
  )
  observer.observe(element)
  addEventListener('beforeprint', once)
}

/** The four plots, one below the other with a shared axis of epochs. */
function specsOf(data: ExplorerData, state: State) {
  const lines = (measure: Measure): Drawn[] =>
    state.visible.map((run) => {
      const one = data.runs[run] as ExplorerRun
      const raw = lineOf(one, measure)
      return { run, color: `--c-${one.group}`, line: measure === 'learningRate' ? raw : smooth(raw, state.smoothing) }
    })
  const name = nameOf(data, state.measure)
  byId('plot-main-title').textContent = `${name.charAt(0).toUpperCase()}${name.slice(1)} by epoch`
  return panels(data).map(({ id, measure, axis, log, percent }) =>
    id === 'main'
      ? { id, label: name, log: state.log, percent, height: 320, lines: lines(state.measure) }
      : { id, label: axis, log, percent, height: 190, lines: lines(measure) },
  )
}

function visibleRuns({ runs }: ExplorerData): number[] {
  const groups = new Set([...document.querySelectorAll<HTMLInputElement>('input[name=group]:checked')].map((b) => b.value))
  const words = byId<HTMLInputElement>('find')
    .value.toLowerCase()
    .split(/\s+/)
    .filter((w) => w !== '')
  return runs.flatMap((run, i) => {
    const text = `${run.group} ${run.label} ${run.levers} seed ${run.seed} ${run.status}`.toLowerCase()
    return groups.has(run.group) && words.every((w) => text.includes(w)) ? [i] : []
  })
}

function trialChoices(data: ExplorerData, state: State): void {
  const none = new Option('none', '')
  const options = state.visible.map((i) => new Option(titleOf(data.runs[i] as ExplorerRun), String(i)))
  byId<HTMLSelectElement>('trial').replaceChildren(none, ...options)
}

interface Actions {
  draw(): void
  filter(): void
  type(): void
  soon(): void
  show(): void
  reset(): void
}

/** Keys and sliders are faster than drawing a thousand lines, so changes within one frame are drawn once. */
function oncePerFrame(act: () => void): () => void {
  let asked = false
  return () => {
    if (asked) return
    asked = true
    requestAnimationFrame(() => {
      asked = false
      act()
    })
  }
}

function controls(state: State, { draw, filter, type, soon, show, reset }: Actions): void {
  const on = (id: string, type: string, act: (input: HTMLInputElement) => void): void => {
    const input = byId<HTMLInputElement>(id)
    input.addEventListener(type, () => {
      act(input)
    })
  }
  for (const box of document.querySelectorAll('input[name=group]')) box.addEventListener('change', filter)
  on('find', 'input', type)
  on('measure', 'change', (i) => {
    state.measure = i.value as Measure
    draw()
  })
  on('log', 'change', (i) => {
    state.log = i.checked
    draw()
  })
  on('smoothing', 'input', (i) => {
    state.smoothing = Number(i.value)
    byId('smoothed').textContent = i.value
    soon()
  })
  on('trial', 'change', (i) => {
    state.run = i.value === '' ? null : Number(i.value)
    show()
  })
  on('reset', 'click', reset)
  // Paper uses the light colors whatever the screen uses.
  for (const media of ['(prefers-color-scheme: dark)', 'print']) matchMedia(media).addEventListener('change', draw)
}

/** Left and right move along the line, up and down to the next trial; Escape releases it. */
function keyboard(data: ExplorerData, state: State, show: () => void): void {
  const turn = (by: number): void => {
    const at = state.run === null ? -1 : state.visible.indexOf(state.run)
    state.run = state.visible[(at + by + state.visible.length) % state.visible.length] ?? null
  }
  const walk = (by: number): void => {
    const run = data.runs[state.run ?? state.visible[0] ?? -1]
    if (!run) return
    const line = lineOf(run, state.measure)
    const at = state.epoch === null ? -1 : nearest(line, state.epoch)
    state.run ??= state.visible[0] ?? null
    state.epoch = line.x[Math.max(0, Math.min(line.x.length - 1, at + by))] ?? null
  }
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => {
      walk(-1)
    },
    ArrowRight: () => {
      walk(1)
    },
    ArrowUp: () => {
      turn(-1)
    },
    ArrowDown: () => {
      turn(1)
    },
    Escape: () => {
      state.run = null
      state.epoch = null
    },
  }
  for (const host of document.querySelectorAll<HTMLElement>('.canvas')) {
    host.addEventListener('keydown', (event) => {
      const act = keys[event.key]
      if (!act) return
      event.preventDefault()
      act()
      show()
    })
  }
}

foldSections()
start()
