import type { Guard, GuardTest } from './guard.ts'

const audit = (name: string): GuardTest => ({ file: 'test/study/audit.int.test.ts', name })
const refused = (name: string): GuardTest => audit(`attack 12: a report is refused ${name}`)

const inMeasured = (guard: string, find: string, replace: string, ...tests: readonly GuardTest[]): Guard => ({
  attack: 12,
  guard,
  file: 'src/study/measured.ts',
  find,
  replace,
  tests,
})

/** Of the numbers of one run that no training could have measured. */
export const publishMeasuredGuards: readonly Guard[] = [
  inMeasured(
    'A complete run has results.',
    "if (!weights || !validation) return 'is complete but has no results'",
    'if (!validation) return undefined',
    refused('with a complete run that has no weights'),
  ),
  inMeasured(
    'A run is calibrated on the rows that it is measured on.',
    "if (split !== (all.test > 0 ? 'test' : 'validation') || rows !== all[split])",
    'if (all[split] < 0)',
    refused('calibrated on other rows'),
  ),
  inMeasured(
    'A run has one Brier score.',
    'if (!isNear(brier, said.brier ?? Number.NaN))',
    'if (!isNear(brier, brier))',
    refused('with two Brier scores'),
  ),
  inMeasured(
    'A run that did not complete has no results.',
    'return validation || test || testRows || subsets || weights !== null || calibration || averaged',
    'return validation === undefined',
    refused('with a diverged run that has results'),
  ),
  inMeasured(
    'Averaged weights have metrics that their rows can give.',
    '(averaged ? wrongAverage(averaged, task, rows) : undefined) ??',
    '',
    refused('with an average of impossible metrics'),
  ),
  inMeasured(
    'There are test metrics where there are test rows.',
    'if ((test !== null) !== rows.test > 0)',
    'if (rows.test < 0)',
    refused('with test metrics of no rows'),
  ),
  inMeasured(
    'A verified classifier has a reliability diagram.',
    "if (taskOf(task).isCalibrated && 'run' in run && !calibration) return 'has no reliability diagram'",
    '',
    refused('without a reliability diagram'),
  ),
  inMeasured(
    'A run has the metrics of its task.',
    'if (foreign || Object.keys(found).length < names.length)',
    'if (names.length === 0 && foreign)',
    refused('with the metric of another task'),
  ),
  inMeasured(
    'A share is one of whole rows.',
    'if (share !== undefined && !isShare(share, rows))',
    'if (share !== undefined && !isShare(0, rows))',
    refused('with a share that its rows do not give'),
  ),
  inMeasured(
    'Two errors of one run agree.',
    'if (!isNear(rmse * rmse, mse))',
    'if (!isNear(mse, mse))',
    audit('of a regression'),
  ),
  inMeasured(
    'The mean error is at most the root of the mean square.',
    'return mae > rmse * (1 + loose) ?',
    'return mae < 0 ?',
    audit('of a regression'),
  ),
  inMeasured(
    'A reliability diagram counts every row once.',
    'if (counted !== rows)',
    'if (counted < 0)',
    refused('with a reliability diagram of other rows'),
  ),
  inMeasured(
    'A reliability diagram has the accuracy of its run.',
    'const same = Math.abs(right - (said.accuracy ?? Number.NaN)) <= 1e-4 + 1 / rows',
    'const same = right >= 0',
    refused('with a reliability diagram of another accuracy'),
  ),
]
