import { expect, it } from 'vitest'
import { buildReport } from '../../src/report/build.ts'
import { liveSection } from '../../src/report/html/live.ts'
import { fakeStudy } from '../support/study.ts'

const live = {
  version: '1',
  rest: 'a',
  stage: null,
  finished: 1,
  expected: 9,
  best: null,
  secondsLeft: null,
  secondsUsed: 1,
  training: [],
}

it('the page of a running study names each table by its columns, also that of runs that stopped early', () => {
  const report = buildReport(fakeStudy().input)
  const runs = report.runs.map((run, i) =>
    i === 0 ? { ...run, status: 'diverged' as const, reason: 'a loss of NaN' } : run,
  )
  const { inner } = liveSection({ ...live, state: 'running' }, { ...report, runs })
  expect(inner).toContain('diverged: a loss of NaN')
  expect(inner).toContain('aria-label="Table of stage, run, seed, why"')
})

it('the page of a running study draws the curve of each run in training', () => {
  const training = [{ label: 'dropout <0.3>', seed: 7, step: 120, of: 340, loss: 0.5, losses: [2, 1, Number.NaN, 0.5] }]
  const { inner } = liveSection({ ...live, training, state: 'running' }, buildReport(fakeStudy().input))
  expect(inner).toContain('dropout &#60;0.3&#62;')
  expect(inner).toContain('step 120 of 340')
  expect(inner).toContain('aria-label="Training loss, from 2 to 0.5"')
  expect(/points="([^"]+)"/.exec(inner)?.[1]).toBe('0.0,2.0 80.0,18.0 160.0,26.0')
  expect(liveSection({ ...live, state: 'running' }, buildReport(fakeStudy().input)).inner).not.toContain('In training')
})

it('nothing is in training in a study that was stopped', () => {
  const training = [{ label: 'dropout 0.3', seed: 7, step: 120, of: 340, loss: 0.5, losses: [2, 0.5] }]
  const { inner } = liveSection({ ...live, training, state: 'stopped' }, buildReport(fakeStudy().input))
  expect(inner).not.toContain('In training')
})

it.each([
  ['running', null, 'The study is running. No stage has started yet.'],
  ['running', '[2/5] batch', 'The study is running. It is at [2/5] batch.'],
  ['stopped', null, 'The study was stopped. Start it again with the same command: it continues from its finished runs.'],
  ['stopped', '[2/5] batch', 'The study was stopped. It was at [2/5] batch. Start it again with the same command:'],
] as const)('a study that is %s at %s says so', (state, stage, said) => {
  expect(liveSection({ ...live, state, stage }, buildReport(fakeStudy().input)).inner).toContain(said)
})
