import { expect, test } from 'vitest'
import { buildReport } from '../../src/report/build.ts'
import { closing } from '../../src/cli/closing.ts'
import { aligned, fitting, sparkline, wrapped } from '../../src/cli/text.ts'
import { fakeStudy, type StudyOptions } from '../support/study.ts'

test('a text is cut by the columns it takes, between whole letters', () => {
  expect(fitting('short', 5)).toBe('short')
  expect(fitting('longer', 5)).toBe('long…')
  // Two columns each: three of them do not fit into five.
  expect(fitting('日本語', 5)).toBe('日本…')
  expect(fitting('👩‍👩‍👧‍👦ab', 3)).toBe('👩‍👩‍👧‍👦…')
})

test('lines are broken between words and keep the indent', () => {
  expect(wrapped('one two three', 9, '  ')).toEqual(['  one two', '  three'])
  expect(wrapped('unbreakable', 4, '')).toEqual(['unbreakable'])
})

test('columns stand under each other', () => {
  expect(
    aligned(
      [
        ['a', 'b'],
        ['ccc', 'd'],
      ],
      ' ',
    ),
  ).toEqual([' a    b', ' ccc  d'])
})

test('a sparkline falls with its values, in either alphabet', () => {
  expect(sparkline([8, 7, 6, 5, 4, 3, 2, 1], 8, 'unicode')).toBe('█▇▆▅▄▃▂▁')
  expect(sparkline([8, 7, 6, 5, 4, 3, 2, 1], 8, 'plain')).toBe('#*+=~-._')
})

test('a sparkline shows what is not finite, hides a single spike, and is flat for equal values', () => {
  expect(sparkline([1, 2, NaN], 3, 'unicode')).toBe('▁█!')
  const spike = Array.from({ length: 30 }, (_, i) => (i === 15 ? 1000 : 30 - i))
  expect(sparkline(spike, 3, 'unicode')).toBe('█▅▁')
  expect(sparkline([2, 2, 2], 3, 'plain')).toBe('___')
  expect(sparkline([1], 3, 'plain')).toBe('')
})

const shown = (options: StudyOptions = {}): string => {
  const report = buildReport(fakeStudy(options).input)
  return closing({ report, verdict: report.verdict, page: 'report.html', lockPath: 'tuning.lock.json' }, 80).join('\n')
}

test('a study closes with its verdict, its metrics and its levers within 80 columns, without an escape', () => {
  const text = shown()
  expect(text).not.toContain('\u001b')
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  expect(text).toContain('Mean ± SD over seeds not used for selection:')
  expect(text).toContain('Levers moved:')
})

test('a study that verified nothing closes without a table', () => {
  expect(shown({ stages: ['lr-range'] })).not.toContain('Mean ± SD')
})
