import { posix } from 'node:path'
import type { StudyOptions } from './run-study.ts'

type Shaping = Pick<StudyOptions, 'specPath' | 'stages' | 'seeds' | 'baselinePath' | 'baseSpec' | 'baseCommit'>

/**
 * The command that repeats a study, with the options that shape its result, as the report shows it. What was taken from the
 * base commit of a pull request is first written to a file.
 */
export function repeatCommand({ specPath, stages, seeds, baselinePath, baseSpec, baseCommit }: Shaping): string {
  const [option, path] = baseSpec ? ['--base-spec', baseSpec.path] : ['--baseline', baselinePath]
  const copy = baseCommit && `base-${posix.basename(baseCommit.path)}`
  const baseline = copy ?? path
  const words = [
    'tunegate', 'run', specPath, ...(stages ? ['--stages', stages.join(',')] : []), ...(seeds === undefined ? [] : ['--seeds', String(seeds)]),
    ...(baseline === undefined ? [] : [option, baseline]),
  ]
  const command = words.map(quoted).join(' ')
  return baseCommit && copy ? `git show ${quoted(`${baseCommit.sha}:${baseCommit.path}`)} > ${quoted(copy)} && ${command}` : command
}

/** As a shell takes it for one word. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
