import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { InputError } from '../base/diagnostics.ts'
import { normalize } from '../compile/normalize.ts'
import { githubApi } from '../github/api.ts'
import { readToken } from '../github/comment/inputs.ts'
import type { Runner } from '../github/environment.ts'
import type { GateRule } from '../plan/plan.ts'
import { parseLock } from '../report/lock.ts'
import { parseSpec } from '../spec/parse.ts'
import { unwrap } from '../study/prepare.ts'
import type { StudyOptions } from '../study/run-study.ts'

type Verification = Pick<StudyOptions, 'stages' | 'gates' | 'baselinePath' | 'tuned'>

/**
 * Verification alone, of the levers that the checkout's lock holds, or its spec where they were not tuned from it. With a base
 * commit its gates judge, against its lock: who proposes a change does not choose what it is judged by.
 */
export async function verification(options: StudyOptions, base: string | null, runner: Runner): Promise<Verification> {
  const own = await readFile(lockBeside(options.specPath), 'utf8').catch(() => null)
  const tuned = own === null ? {} : { tuned: parseLock(own, 'tuning.lock.json') }
  const stages = options.stages ?? ['verify']
  if (base === null) return { stages, ...tuned }
  const spec = await fileAt(base, options.specPath, runner)
  // The first pull request with a spec has nothing to be compared with, and nobody else's gates.
  if (spec === null) return { stages, ...tuned }
  const { gates } = unwrap(normalize(unwrap(parseSpec(spec, options.specPath))))
  return { stages, gates, ...tuned, ...await baselineAt(base, gates, options, runner) }
}

async function baselineAt(
  base: string, gates: readonly GateRule[], { specPath, baselinePath }: StudyOptions, runner: Runner,
): Promise<Pick<StudyOptions, 'baselinePath'>> {
  const path = baselinePath ?? lockBeside(specPath)
  const text = await fileAt(base, path, runner)
  if (text === null && !gates.some((g) => g.gate === 'regression' || g.gate === 'calibration')) return {}
  if (text === null) {
    throw new InputError([{
      code: 'verify/no-baseline', severity: 'error', message: 'inconclusive: the base commit has no lock to compare with', found: `no ${path} at ${base}`,
      hint: 'tune on the default branch, and commit the lock that it leaves',
    }])
  }
  const file = join(mkdtempSync(join(tmpdir(), 'tunegate-base-')), 'tuning.lock.json')
  writeFileSync(file, text)
  return { baselinePath: file }
}

const lockBeside = (spec: string): string => join(dirname(spec), 'tuning.lock.json')

/** A file of a commit, from the checkout where it has that commit, else from GitHub; null where the commit has no such file. */
async function fileAt(sha: string, path: string, runner: Runner): Promise<string | null> {
  const name = posix.normalize(path.replaceAll('\\', '/'))
  if (git(runner, 'cat-file', '-e', `${sha}^{commit}`) !== null) return git(runner, 'cat-file', 'blob', `${sha}:${name}`)
  const api = githubApi({ token: readToken(), repository: runner.repository, baseUrl: runner.apiUrl })
  const answer = await api.call('GET /repos/{owner}/{repo}/contents/{+path}', {
    path: name.split('/').map(encodeURIComponent).join('/'), ref: sha, headers: { accept: 'application/vnd.github.raw+json' },
  })
  if (answer.ok) return String(answer.value)
  if (answer.error.status === 404) return null
  throw new InputError([{
    code: 'verify/no-base', severity: 'error', message: 'inconclusive: the base commit cannot be read', found: `${sha}: ${answer.error.message}`,
    hint: 'give actions/checkout `fetch-depth: 0`, or this step a `token`',
  }])
}

/** Null where git says no. No setting of a checkout names a program for these. */
function git({ workspace }: Runner, ...args: readonly string[]): string | null {
  try {
    return execFileSync('git', ['-c', 'safe.directory=*', ...args], {
      cwd: workspace, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1024 * 1024,
    })
  } catch {
    return null
  }
}
