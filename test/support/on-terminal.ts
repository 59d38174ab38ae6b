import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { root } from './architecture.ts'
import { node24 } from './runner.ts'
import { Terminal } from './terminal.ts'
import { needs } from './tools.ts'

/** What happens to the terminal once something was written: a signal, another width, or a person types. */
export type Act = { readonly after: string } & (
  | { readonly signal: string }
  | { readonly columns: number }
  | { readonly type: string }
)

interface OnTerminal {
  readonly code: number
  /** Acts that never came to pass. */
  readonly left: number
  readonly pieces: readonly { readonly at: number; readonly text?: string; readonly act?: Act }[]
}

/** The command line on a real terminal of the system, and what a terminal shows of what it wrote. */
export function onTerminal(
  context: TestContext,
  folder: string,
  args: readonly string[],
  {
    columns = 80,
    acts = [],
    env = {},
  }: { columns?: number; acts?: readonly Act[]; env?: Readonly<Record<string, string>> } = {},
) {
  const python = needs(context, 'python3')
  const order = {
    command: [node24, 'dist/cli/index.js', ...args],
    cwd: folder,
    // A runner of CI gets lines, which is what these tests are not about.
    env: { TERM: 'xterm-256color', LANG: 'C.UTF-8', TUNEGATE_ENGINE_DIR: join(folder, 'no engine'), ...env },
    columns,
    rows: 24,
    acts,
  }
  const { CI: _, NO_COLOR: __, ...own } = process.env
  const { stdout, stderr } = spawnSync(python, [join(root, 'test/support/on_terminal.py')], {
    input: JSON.stringify(order),
    env: own,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (stdout === '') throw new Error(stderr)
  const found = JSON.parse(stdout) as OnTerminal
  return {
    ...found,
    /** What stands on it. A terminal of these tests knows what the live view writes, and no line that a person edits. */
    get terminal() {
      const terminal = new Terminal(columns, 24)
      for (const { text, act } of found.pieces) {
        if (text !== undefined) terminal.write(text)
        if (act && 'columns' in act) terminal.resize(act.columns)
      }
      return terminal
    },
    raw: found.pieces.map(({ text = '' }) => text).join(''),
  }
}
