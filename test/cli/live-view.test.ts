import stringWidth from 'string-width'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LiveArea } from '../../src/cli/live-area.ts'
import { LiveView } from '../../src/cli/live-view.ts'
import { progressLogger } from '../../src/cli/progress.ts'
import { withLevers } from '../../src/records/levers.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { fakeStudy } from '../support/study.ts'
import { Terminal } from '../support/terminal.ts'

const { plan, decisions, results } = fakeStudy()
const [first, second] = results as [(typeof results)[number], (typeof results)[number]]
const budgeted = { ...plan, budget: { ...plan.budget, minutes: 20 } }
const progress = { finished: 34, expected: 120, best: 0.971234, secondsLeft: 71.6 }
const events: readonly RunEvent[] = [
  { type: 'study-started', plan: budgeted, engine: 'wasm', workers: 2, resumedRuns: 0 },
  { type: 'stage-started', job: plan.jobs[1]!, position: 2, of: 5 },
  { type: 'run-started', request: first.request },
  { type: 'run-started', request: second.request },
  { type: 'run-finished', result: first, cached: false, progress },
]

function viewAt(ms: number, more: readonly RunEvent[] = []): LiveView {
  let now = 0
  const view = new LiveView(() => now)
  for (const event of [...events, ...more]) view.take(event)
  now = ms
  return view
}

const room = { columns: 80, rows: 24, letters: 'unicode' } as const

describe('the live view', () => {
  it('has stage, bar, runs, time, the incumbent, what runs and the last curve', () => {
    const lines = viewAt(12_300).lines(room)
    expect(lines[0]).toMatch(/^\[2\/5\] batch █{11}░{29} 34\/120 runs$/)
    expect(lines[1]).toBe('12 s used · about 1 min 12 s left · budget 20 min')
    expect(lines[2]).toBe('best accuracy 0.9712 · the declared levers lead')
    expect(lines[3]).toBe(`> 12 s   ${second.request.label}, seed ${second.request.seed}`)
    expect(lines[4]).toMatch(/^last loss [▁▂▃▄▅▆▇█]{8,26} [\d.]+ · /)
    expect(lines).toHaveLength(5)
  })

  it('shows how far a run is that takes a while, and its curve', () => {
    const told = (step: number, loss: number): RunEvent => ({
      type: 'run-progress',
      request: second.request,
      soFar: { step, of: 340, loss },
    })
    const lines = viewAt(12_300, [told(60, 2), told(120, 0.5)]).lines(room)
    expect(lines[3]).toMatch(new RegExp(`seed ${second.request.seed} · step 120 of 340 · loss █▁ 0\\.5$`))
  })

  it('names the levers that lead beside the declared ones, when a stage has moved them', () => {
    const decision = { ...decisions[0]!, levers: withLevers(plan.baseline, { learningRate: 0.003, batchSize: 256 }) }
    const lines = viewAt(0, [{ type: 'stage-decided', decision, seconds: 1 }]).lines(room)
    expect(lines[2]).toBe('best accuracy 0.9712 · leads: learningRate 0.003, batchSize 256')
  })

  it('forgets runs that a budget ended, when the next stage starts', () => {
    const verify = { type: 'stage-started', job: plan.jobs[4]!, position: 5, of: 5 } as const
    const lines = viewAt(12_300, [{ type: 'budget-exhausted', what: 'minutes', stage: 'batch' }, verify]).lines(room)
    expect(lines.filter((line) => line.startsWith('>'))).toEqual([])
  })

  it('fits into narrow and low terminals, the most important first, also without Unicode', () => {
    for (const columns of [12, 20, 40, 60, 200])
      for (const line of viewAt(1e6).lines({ ...room, columns })) expect(stringWidth(line)).toBeLessThan(columns)
    expect(viewAt(0).lines({ ...room, columns: 40 })[0]).toMatch(/^\[2\/5\] batch █+░+ 34\/120 runs$/)
    expect(viewAt(0).lines({ ...room, rows: 3 })).toHaveLength(2)
    const plain = viewAt(0).lines({ ...room, letters: 'plain' })
    expect(plain.join('')).not.toMatch(/[▁▂▃▄▅▆▇█░]/)
    expect(plain[0]).toContain('####')
  })
})

describe('the lines at the bottom of a terminal', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const areaOn = (terminal: Terminal, lines: () => string[]): LiveArea => new LiveArea(terminal, lines)

  it('are rewritten in place below the messages, and leave nothing behind', () => {
    const terminal = new Terminal(40, 10)
    let lines = ['one', 'two', 'three']
    const area = areaOn(terminal, () => lines)
    terminal.write('$ tunegate run\n')
    area.refresh()
    expect(terminal.text()).toEqual(['$ tunegate run', 'one', 'two', 'three'])
    expect(terminal.cursorShown).toBe(false)
    lines = ['1', '2']
    vi.advanceTimersByTime(100)
    area.refresh()
    expect(terminal.text()).toEqual(['$ tunegate run', '1', '2'])
    area.print('a message\n')
    expect(terminal.text()).toEqual(['$ tunegate run', 'a message', '1', '2'])
    lines = ['more', 'than', 'before']
    area.print('another\n')
    expect(terminal.text()).toEqual(['$ tunegate run', 'a message', 'another', 'more', 'than', 'before'])
    area.end()
    expect(terminal.text()).toEqual(['$ tunegate run', 'a message', 'another'])
    expect(terminal.cursorShown).toBe(true)
  })

  it('are drawn ten times a second at most, and the last change is always drawn', () => {
    const terminal = new Terminal(40, 10)
    let count = 0
    const area = areaOn(terminal, () => [`run ${count}`])
    for (let ms = 0; ms < 2000; ms++) {
      count = ms
      area.refresh()
      vi.advanceTimersByTime(1)
    }
    expect(terminal.writes).toBeLessThanOrEqual(21)
    vi.advanceTimersByTime(100)
    expect(terminal.text()).toEqual(['run 1999'])
    area.end()
  })

  it('go on by themselves once a second, and write nothing if nothing changed', () => {
    const terminal = new Terminal(40, 10)
    let seconds = 0
    const area = areaOn(terminal, () => [`${seconds} s`])
    area.refresh()
    seconds = 1
    vi.advanceTimersByTime(1000)
    expect(terminal.text()).toEqual(['1 s'])
    const { writes } = terminal
    vi.advanceTimersByTime(5000)
    expect(terminal.writes).toBe(writes)
    area.end()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('keep the messages above them when the terminal becomes narrower and wraps them', () => {
    const terminal = new Terminal(40, 12)
    const area = areaOn(terminal, () => ['x'.repeat(Math.min(30, terminal.columns - 1)), 'y'])
    terminal.write('kept\n')
    area.refresh()
    terminal.resize(20)
    vi.advanceTimersByTime(100)
    area.refresh()
    expect(terminal.text()).toEqual(['kept', 'x'.repeat(19), 'y'])
    area.end()
    expect(terminal.text()).toEqual(['kept'])
  })

  it('take 80 columns and 24 rows of a terminal that says it has none', () => {
    const terminal = new Terminal(80, 24)
    const { listener, end } = progressLogger({
      write: terminal.write,
      isTerminal: true,
      columns: 0,
      rows: 0,
      letters: 'unicode',
      now: () => 0,
    })
    terminal.write('one\ntwo\nthree\n')
    for (const event of events) listener(event)
    vi.advanceTimersByTime(100)
    listener({ type: 'notice', message: 'hello' })
    const shown = terminal.text()
    expect(shown.slice(0, 3)).toEqual(['one', 'two', 'three'])
    expect(shown.find((line) => line.includes('34/120 runs'))).toContain('[2/5] batch █')
    end()
    expect(terminal.text().slice(0, 3)).toEqual(['one', 'two', 'three'])
  })

  it('carry the messages of a study above them', () => {
    const terminal = new Terminal(60, 20)
    const { listener, end } = progressLogger({
      write: terminal.write,
      isTerminal: true,
      columns: 60,
      rows: 20,
      letters: 'unicode',
      now: () => 0,
    })
    for (const event of events) listener(event)
    listener({ type: 'notice', message: 'hello' })
    const shown = terminal.text()
    expect(shown[0]).toContain('digits: 5 stages')
    expect(shown.findIndex((l) => l.startsWith('note: hello'))).toBeLessThan(shown.findIndex((l) => l.includes('120 runs')))
    listener({ type: 'study-finished', seconds: 1 })
    expect(terminal.text().at(-1)).toBe('trained in 1.0 s')
    expect(terminal.cursorShown).toBe(true)
    end()
  })
})
