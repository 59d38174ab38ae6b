import { posix } from 'node:path'
import { shellCommand, shellWord } from '../base/shell.ts'
import type { StudyOptions } from './run-study.ts'

type Shaping = Pick<StudyOptions, 'specPath' | 'stages' | 'seeds' | 'baselinePath' | 'baseSpec' | 'baseCommit'>

/**
 * The command that repeats a study, with the options that shape its result, as the report shows it. The command first writes
 * what came from a pull request's base commit to a file.
 *
 * @param data where that commit has the data that the base was retrained on; omitted if the change has the same
 */
export function repeatCommand(
  { specPath, stages, seeds, baselinePath, baseSpec, baseCommit }: Shaping,
  data?: string,
): string {
  const [option, path] = baseSpec ? ['--base-spec', baseSpec.path] : ['--baseline', baselinePath]
  const copyOf = (path: string): string => `base-${posix.basename(path)}`
  const copy = baseCommit && copyOf(baseCommit.path)
  const baseData = baseSpec && baseCommit ? data : undefined
  const baseline = copy ?? path
  const words = [
    'tunegate',
    'run',
    specPath,
    ...(stages ? ['--stages', stages.join(',')] : []),
    ...(seeds === undefined ? [] : ['--seeds', String(seeds)]),
    ...(baseline === undefined ? [] : [option, baseline]),
    ...(baseData === undefined ? [] : ['--base-data', copyOf(baseData)]),
  ]
  const taken = baseCommit ? [baseCommit.path, ...(baseData === undefined ? [] : [baseData])] : []
  const shown = taken.map(
    (from) => `${shellCommand('git', 'show', `${baseCommit?.sha}:${from}`)} > ${shellWord(copyOf(from))}`,
  )
  return [...shown, shellCommand(...words)].join(' && ')
}
