import { execFileSync } from 'node:child_process'

/** What git prints, or null where it fails. No setting of a checkout names a program for the commands that are used here. */
export const git = (folder: string, ...args: readonly string[]): string | null =>
  gitBytes(folder, ...args)?.toString('utf8') ?? null

/** The same where it need not be text. */
export function gitBytes(folder: string, ...args: readonly string[]): Buffer | null {
  try {
    return execFileSync('git', ['-c', 'safe.directory=*', ...args], {
      cwd: folder, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 128 * 1024 * 1024,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
    })
  } catch {
    return null
  }
}

/** The commit in the checkout; null where there is none. */
export const headIn = (workspace: string): string | null => git(workspace, 'rev-parse', '--verify', 'HEAD')?.trim() ?? null
