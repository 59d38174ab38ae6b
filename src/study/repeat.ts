import { posix } from 'node:path'
import { shellCommand, shellWord } from '../base/shell.ts'
import type { Baseline, CommitFile } from './baseline.ts'
import type { StudyOptions } from './options.ts'

type Shaping = Pick<StudyOptions, 'specPath' | 'stages' | 'seeds' | 'saveModel' | 'baseline'>

/**
 * The command that repeats a study, with the options that shape its result and its files, as the report shows it. The
 * command first writes what came from a pull request's base commit to a file.
 *
 * @param data where that commit has the data that the base was retrained on; omitted if the change has the same
 */
export function repeatCommand({ specPath, stages, seeds, saveModel, baseline }: Shaping, data?: string): string {
  const commit = baseline && 'commit' in baseline ? baseline.commit : undefined
  const baseData = baseline?.kind === 'spec' && commit ? data : undefined
  const words = [
    'tunegate',
    'run',
    specPath,
    ...(stages ? ['--stages', stages.join(',')] : []),
    ...(seeds === undefined ? [] : ['--seeds', String(seeds)]),
    ...(saveModel ? ['--save-model', saveModel.join(',')] : []),
    ...(baseline ? baselineWords(baseline) : []),
    ...(baseData === undefined ? [] : ['--base-data', copyOf(baseData)]),
  ]
  if (commit && baseline?.kind === 'spec' && baseline.spec.folder !== undefined) return inWorktree(commit, words)
  const taken = commit ? [commit.path, ...(baseData === undefined ? [] : [baseData])] : []
  const shown = taken.map((from) => `${shellCommand('git', 'show', `${commit?.sha}:${from}`)} > ${shellWord(copyOf(from))}`)
  return [...shown, shellCommand(...words)].join(' && ')
}

/** The script of a base needs its whole checkout. */
function inWorktree({ sha, path }: CommitFile, words: readonly string[]): string {
  const there = words.map((word) => (word === copyOf(path) ? posix.join('../base', path) : word))
  return [shellCommand('git', 'worktree', 'add', '../base', sha), shellCommand(...there)].join(' && ')
}

/** Name of the copy of a committed file. */
const copyOf = (path: string): string => `base-${posix.basename(path)}`

function baselineWords(baseline: Baseline): string[] {
  switch (baseline.kind) {
    case 'beside-spec':
      return baseline.required ? ['--baseline', 'lock'] : []
    case 'file':
      return ['--baseline', baseline.path]
    case 'commit':
      return ['--baseline', copyOf(baseline.commit.path)]
    case 'declared':
      return ['--baseline', 'retrain']
    case 'spec':
      return ['--base-spec', baseline.commit ? copyOf(baseline.commit.path) : baseline.spec.path]
  }
}
