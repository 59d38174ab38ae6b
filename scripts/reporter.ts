// Says why every skipped test was skipped, closes with plain counts, and leaves them for `.ci/run` in TEST_COUNTS.
import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export default class CountingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = count(modules, errors.length)
    for (const [name, reason] of skips(modules)) console.log(`skipped: ${name}: ${reason}`)
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
    const file = process.env['TEST_COUNTS']
    if (file) writeFileSync(file, JSON.stringify(counts))
  }
}

/** A file that cannot be loaded, and an error outside of any test, count as one failure each. */
function count(modules: readonly TestModule[], strayErrors: number): Counts {
  const all = modules.flatMap((m) => [...m.children.allTests()])
  const broken = modules.filter((m) => m.errors().length > 0).length
  const suites = modules.flatMap((m) => [...m.children.allSuites()]).filter((s) => s.errors().length > 0).length
  const by = (state: string): number => all.filter((t) => t.result().state === state).length
  return {
    passed: by('passed'),
    failed: by('failed') + by('pending') + broken + suites + strayErrors,
    skipped: by('skipped'),
  }
}

function skips(modules: readonly TestModule[]): [string, string][] {
  return modules.flatMap((m) =>
    [...m.children.allTests('skipped')].map((t): [string, string] => {
      const result = t.result()
      const reason = result.state === 'skipped' ? result.note : undefined
      return [`${m.relativeModuleId} > ${t.fullName}`, reason ?? 'no reason given']
    }),
  )
}
