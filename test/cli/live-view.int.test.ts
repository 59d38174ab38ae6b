import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { withSpec, workFolder } from '../support/cli.ts'
import { onTerminal } from '../support/on-terminal.ts'

let folder = ''
beforeAll(() => {
  folder = withSpec(workFolder())
})

const run = (name: string): string[] => ['run', 'tuning.yml', '--engine', 'wasm', '--workers', '2', '--out', name]

describe.skipIf(process.platform === 'win32')('the live view on a real terminal', () => {
  test('is gone when the study has ended, with its messages and the cursor left', (context) => {
    const { code, terminal, raw, pieces } = onTerminal(context, folder, run('whole'))
    expect([0, 1, 3]).toContain(code)
    expect(raw).toContain('\u001b[?25l')
    expect(raw).toMatch(/\[2\/5\] batch █*░+ \d+\/\d+ runs/)
    const text = terminal.text().join('\n')
    expect(terminal.cursorShown).toBe(true)
    expect(text).not.toMatch(/ \d+\/\d+ runs$| used · |^> /m)
    expect(text.match(/^\[\d\/5\] /gm)?.length).toBeGreaterThanOrEqual(5)
    expect(text).toContain('trained in')
    expect(text).toMatch(/^Report: /m)
    const frames = raw.split('\u001b[?2026h').length - 1
    const seconds = (pieces.at(-1)?.at ?? 0) - (pieces[0]?.at ?? 0)
    expect(frames).toBeLessThanOrEqual(10 * seconds + 1)
  })

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is gone after %s, and the cursor is back', ([signal, expected], context) => {
    const acts = [{ after: String.raw`\[1/5\] lr-range \S+ \d+/\d+ runs`, signal }]
    const { code, left, terminal } = onTerminal(context, folder, run(`after ${signal}`), { acts })
    expect([code, left]).toEqual([expected, 0])
    expect(terminal.cursorShown).toBe(true)
    const text = terminal.text()
    expect(text.at(-1)).toMatch(/^Stopped\. Finished runs are in the journal/)
    expect(text.join('\n')).not.toMatch(/ used · |^> /m)
  })

  test('gives the cursor back when the command crashes', (context) => {
    const fault = `const { stderr } = process
const { write } = stderr
stderr.write = (text, ...rest) => {
  if (String(text).includes('?25l')) setTimeout(() => { throw new Error('out of nowhere') }, 300)
  return write.call(stderr, text, ...rest)
}
`
    writeFileSync(join(folder, 'fault.mjs'), fault)
    const env = { NODE_OPTIONS: '--import ./fault.mjs' }
    const { code, terminal, raw } = onTerminal(context, folder, run('crashed'), { env })
    expect(raw).toContain('\u001b[?25l')
    expect(code).toBe(4)
    expect(terminal.cursorShown).toBe(true)
    expect(terminal.text().join('\n')).toContain('out of nowhere')
  })

  test('survives a terminal of 40 columns, and one that becomes that narrow', (context) => {
    const narrow = onTerminal(context, folder, run('narrow'), { columns: 40 })
    for (const line of narrow.raw.split(/\u001b\[K\n/).slice(0, -1))
      expect((line.split(/\u001b\[[?\d]*[A-Za-z]|\n|\r/).at(-1) ?? '').length).toBeLessThan(40)
    const acts = [{ after: String.raw`lr-range \S+ \d+/\d+ runs`, columns: 40 }]
    const { terminal, left } = onTerminal(context, folder, run('narrowed'), { acts })
    expect(left).toBe(0)
    expect(terminal.text().join('\n')).not.toMatch(/ \d+\/\d+ runs$| used · |^> /m)
    expect(terminal.cursorShown).toBe(true)
  })

  test.for([
    ['CI', { CI: 'true' }],
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['a dumb terminal', { TERM: 'dumb' }],
  ] as const)('is whole lines under %s', ([name, env], context) => {
    const { raw } = onTerminal(context, folder, run(`lines ${name}`), { env })
    expect(raw).not.toContain('\u001b')
    expect(raw).toMatch(/^\[1\/5\] lr-range: about/m)
  })
})
