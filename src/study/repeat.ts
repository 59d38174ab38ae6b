import { posix } from 'node:path'
import { shellCommand, shellWord } from '../base/shell.ts'
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
  const command = shellCommand(...words)
  return baseCommit && copy ? `${shellCommand('git', 'show', `${baseCommit.sha}:${baseCommit.path}`)} > ${shellWord(copy)} && ${command}` : command
}
