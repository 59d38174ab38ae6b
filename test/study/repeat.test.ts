import { describe, expect, it } from 'vitest'
import { buildReport } from '../../src/report/build.ts'
import { buildLock } from '../../src/report/lock.ts'
import { repeatCommand } from '../../src/study/repeat.ts'
import { fakeStudy } from '../support/study.ts'

describe('the command that repeats a study', () => {
  it('names every option that shapes the result', () => {
    expect(repeatCommand({ specPath: 'a/tuning.yml' })).toBe('tunegate run a/tuning.yml')
    expect(repeatCommand({ specPath: 'tuning.yml', stages: ['verify'], seeds: 7, baseline: { kind: 'declared' } })).toBe(
      'tunegate run tuning.yml --stages verify --seeds 7 --baseline retrain',
    )
    expect(repeatCommand({ specPath: 'tuning.yml', baseline: { kind: 'spec', spec: { path: 'old/tuning.yml' } } })).toBe(
      'tunegate run tuning.yml --base-spec old/tuning.yml',
    )
  })

  it('names the formats of saved models', () => {
    expect(repeatCommand({ specPath: 'tuning.yml', saveModel: ['onnx', 'keras'] })).toBe(
      'tunegate run tuning.yml --save-model onnx,keras',
    )
  })

  it('takes what a base commit has from there first', () => {
    const commit = { sha: 'abc123', path: 'nets/tuning.lock.json' }
    const lock = buildLock(buildReport(fakeStudy({}).input))
    expect(repeatCommand({ specPath: 'nets/tuning.yml', baseline: { kind: 'commit', lock, commit } })).toBe(
      'git show abc123:nets/tuning.lock.json > base-tuning.lock.json && tunegate run nets/tuning.yml --baseline base-tuning.lock.json',
    )
  })

  it('takes the data from there too, where its base was retrained on others', () => {
    const commit = { sha: 'abc123', path: 'nets/tuning.yml' }
    const options = { specPath: 'nets/tuning.yml', baseline: { kind: 'spec', spec: { path: 'x' }, commit } } as const
    expect(repeatCommand(options, 'nets/my rows.csv')).toBe(
      "git show abc123:nets/tuning.yml > base-tuning.yml && git show 'abc123:nets/my rows.csv' > 'base-my rows.csv' && " +
        "tunegate run nets/tuning.yml --base-spec base-tuning.yml --base-data 'base-my rows.csv'",
    )
    expect(repeatCommand({ specPath: 'tuning.yml', baseline: { kind: 'declared' } }, 'rows.csv')).toBe(
      'tunegate run tuning.yml --baseline retrain',
    )
  })

  it('checks out the base commit, where the script of a base was retrained', () => {
    const commit = { sha: 'abc123', path: 'nets/tuning.yml' }
    const spec = { path: 'tuning.yml of the base commit', folder: '/tmp/x/nets' }
    expect(repeatCommand({ specPath: 'nets/tuning.yml', baseline: { kind: 'spec', spec, commit } })).toBe(
      'git worktree add ../base abc123 && tunegate run nets/tuning.yml --base-spec ../base/nets/tuning.yml',
    )
  })

  it('quotes what a shell would take apart', () => {
    expect(repeatCommand({ specPath: "my nets/it's.yml" })).toBe("tunegate run 'my nets/it'\\''s.yml'")
  })
})
