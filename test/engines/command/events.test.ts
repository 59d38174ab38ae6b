import { describe, expect, it, test } from 'vitest'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Collector } from '../../../src/engines/command/collect.ts'
import { eventSchema, eventTypes } from '../../../src/engines/command/protocol/event-schema.ts'
import { TrainerFault, type TrainerEvent } from '../../../src/engines/command/protocol/events.ts'
import { EventReader, eventOf } from '../../../src/engines/command/protocol/read-events.ts'
import { requestSchema } from '../../../src/engines/command/protocol/request-schema.ts'
import { requestOf } from '../../../src/engines/command/request.ts'
import { commandLine } from '../../../src/engines/command/protocol/macros.ts'

const root = join(import.meta.dirname, '../../..')
const hello = '{"type": "hello", "protocol": 1, "supports": {"levers": {"lr": 0.01}, "modes": ["train"]}}'

/** What a script's lines become, or why they do not. */
function collected(lines: string): Collector | string {
  const collector = new Collector()
  const reader = new EventReader((event) => collector.add(event))
  try {
    reader.feed(new TextEncoder().encode(lines))
    reader.finish()
    return collector
  } catch (error) {
    if (error instanceof TrainerFault) return `${error.kind}: ${error.message}`
    throw error
  }
}

describe('an event', () => {
  it('has the schema that is committed', () => {
    expect(JSON.parse(readFileSync(join(root, 'schema/trainer-event.schema.json'), 'utf8'))).toEqual(eventSchema())
    expect(JSON.parse(readFileSync(join(root, 'schema/trainer-request.schema.json'), 'utf8'))).toEqual(requestSchema())
    expect(eventTypes).toContain('predictions')
  })

  it.each([
    ['{"type": "step", "step": 1, "loss": NaN}', null],
    ['{"type": "step", "step": 1, "loss": -Infinity, "note": "not NaN"}', null],
    ['{"type": "step", "step": 1, "loss": 0.5}', 0.5],
    ['{"type": "step", "step": 1, "loss": 1e400}', null],
  ])('reads %s', (line, loss) => expect(eventOf(line, 1)).toMatchObject({ type: 'step', loss }))

  it('is ignored if its type is unknown, and so are unknown fields', () => {
    expect(eventOf('{"type": "telemetry", "x": {}}', 1)).toBeUndefined()
    expect(eventOf('{"type": "end", "status": "complete", "mood": "good"}', 1)).toMatchObject({ status: 'complete' })
  })

  test.each([
    ['step 1 loss 0.5', /^line 7 of the events is not a JSON object: "step 1 loss 0\.5"; append/],
    ['[1]', /is not a JSON object/],
    ['{"step": 1}', /has no type/],
    ['{"type": "step", "loss": 1}', /is not a valid step: step is missing/],
    ['{"type": "step", "step": "1", "loss": 1}', /step must be a integer|step must be an? integer/],
    ['{"type": "end", "status": "done"}', /status must be one of complete, diverged, out-of-memory, unsupported/],
    ['{"type": "end", "status": "\u001b[31m"}', /\\u001b\[31m/],
    [`{"type": "end", "reason": "${'x'.repeat(70_000)}"}`, /longer than 65536 characters/],
  ])('is refused: %s', (line, message) => {
    expect(() => eventOf(line, 7)).toThrow(TrainerFault)
    expect(() => eventOf(line, 7)).toThrow(message)
  })
})

describe('the events of a run', () => {
  it('arrive in pieces, and the last needs no line break', () => {
    const steps: TrainerEvent[] = []
    const reader = new EventReader((event) => steps.push(event))
    for (const byte of new TextEncoder().encode(`${hello}\n{"type": "step", "step": 1, "loss": 1}`)) {
      reader.feed(Uint8Array.of(byte))
    }
    reader.finish()
    expect(steps.map(({ type }) => type)).toEqual(['hello', 'step'])
  })

  test.each([
    ['{"type": "step", "step": 1, "loss": 1}', /^order: the first line must be hello/],
    [`${hello}\n${hello}`, /^order: the script reported hello twice; where several processes/],
    [
      `${hello}\n{"type": "step", "step": 2, "loss": 1}\n{"type": "step", "step": 2, "loss": 1}`,
      /^order: step 2 was reported/,
    ],
    [`${hello}\n{"type": "end", "status": "complete"}\n{"type": "step", "step": 1, "loss": 1}`, /^order: .* after end/],
    [`${hello.replace('1, "supports"', '2, "supports"')}`, /^malformed: .*protocol must be 1/],
  ])('are refused out of order', (lines, message) => expect(collected(lines)).toMatch(message))

  it('end where the loss is not finite', () => {
    const lines = ['0.5', '0.4', 'NaN', '0.3'].map((loss, i) => `{"type": "step", "step": ${i + 1}, "loss": ${loss}}`)
    const found = collected([hello, ...lines].join('\n')) as Collector
    expect([found.divergedAt, found.steps.loss]).toEqual([2, [0.5, 0.4]])
  })

  it('tell the number of each step, also where a script reports only some', () => {
    const told: number[][] = []
    const collector = new Collector((count, { step, loss }) => told.push([count, step, loss]))
    for (const line of [hello, ...[100, 200].map((step) => `{"type": "step", "step": ${step}, "loss": 2}`)])
      collector.add(eventOf(line, 1) as TrainerEvent)
    expect(told).toEqual([
      [1, 100, 2],
      [2, 200, 2],
    ])
  })

  it('after a restart go on from the checkpoint', () => {
    const collector = collected(
      [
        hello,
        ...[1, 2, 3].map((step) => `{"type": "step", "step": ${step}, "loss": ${step}}`),
        '{"type": "checkpoint", "step": 2, "path": "a"}',
      ].join('\n'),
    ) as Collector
    collector.restart()
    collector.add(eventOf(hello, 1) as TrainerEvent)
    collector.add({ type: 'step', step: 3, loss: 30 })
    expect(collector.steps.loss).toEqual([1, 2, 30])
  })
})

describe('a request', () => {
  it('fits its schema in every mode', () => {
    const validate = new Ajv2020({ allErrors: true, strict: false }).compile(requestSchema())
    const seed = 5
    for (const asked of [
      { mode: 'describe', seed, levers: {} },
      { mode: 'train', seed, levers: { lr: 0.1 }, epochs: 3, stop_after: null, test: true },
      { mode: 'range', seed, levers: { lr: 0.1 }, range: { from: 1e-6, to: 1, steps: 50 } },
      { mode: 'probe', seed, levers: {}, probe: { steps: 10 } },
    ] as const) {
      expect(validate(requestOf('id', asked, '/out', null)), JSON.stringify(validate.errors)).toBe(true)
    }
  })

  it('passes levers on the command line as the macros say', () => {
    const values = { lr: 0.01, 'batch-size': 64, amp: true }
    const line = (...words: string[]): string[] => commandLine(words, values, '/r.json')
    expect(line('python', '${args}')).toEqual(['python', '--lr=0.01', '--batch-size=64', '--amp=true'])
    expect(line('${args_no_hyphens}')).toEqual(['lr=0.01', 'batch-size=64', 'amp=true'])
    expect(line('${args_json}', '${run_file}')).toEqual(['{"lr":0.01,"batch-size":64,"amp":true}', '/r.json'])
  })
})
