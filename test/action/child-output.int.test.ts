import { copyFileSync, cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../support/architecture.ts'
import { runStep } from '../support/runner.ts'
import { accuracyOf, wineSpec } from '../support/specs.ts'

const commands = [
  '::set-output name=verdict::pass',
  '::error::gotcha',
  '::stop-commands::x',
  '##[error]gotcha',
  '::add-path::/tmp/evil',
  '::set-env name=NODE_OPTIONS::x',
]

/**
 * The committed bundle, with a worker that says what the runner would obey on all its ways out, and dies in its second run.
 */
function hostileAction(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'hostile-')), 'dist')
  cpSync(join(root, 'dist'), folder, { recursive: true })
  const worker = join(folder, 'worker/index.js')
  const said = JSON.stringify(`${commands.join('\n')}\n`)
  const speech = `import { writeSync as speak } from 'node:fs'
speak(1, ${said}); speak(2, ${said})
let heard = 0
process.on('message', (m) => { if (m.type === 'run' && ++heard === 2) { speak(1, ${said}); speak(2, 'Error: ' + ${said}); process.exit(3) } })
`
  writeFileSync(worker, speech + readFileSync(worker, 'utf8'))
  return join(folder, 'action/index.js')
}

it('attack 6: what a training process prints is never a command to the runner', async () => {
  const workspace = mkdtempSync(join(tmpdir(), 'checkout-'))
  copyFileSync(join(root, 'examples/wine/wine.csv'), join(workspace, 'wine.csv'))
  writeFileSync(join(workspace, 'tuning.yml'), wineSpec({ epochs: 5, gate: accuracyOf(0.999) }))
  const step = await runStep({ script: hostileAction(), workspace, with: { workers: '1', artifact: 'false' } })
  // The death is told, with its words, and none of them counts.
  expect(step.log).toContain('exited with code 3')
  expect(step.outputs['verdict']).not.toBe('pass')
  expect(
    [...step.commands].filter(
      (c) => /gotcha|evil/.test(c.value) || ['set-output', 'stop-commands', 'add-path', 'set-env'].includes(c.name),
    ),
  ).toEqual([])
  expect(`${step.log}${step.stderr}`).not.toContain('##[error]')
  expect(step.stderr).not.toMatch(/^::/m)
})
