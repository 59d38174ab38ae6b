import { defineConfig } from 'vitest/config'
import { slowness } from './test/support/slowness.ts'

// Quick unit tests, and integration tests (`*.int.test.ts`), which train, spawn and run the bundle. Files of tests share their
// processes, since most of them take less time than the modules that they load; so they leave the process as they found it.
// Integration tests that train or install within their own process get one each: engines, signals and folders belong to a
// process. Two workers, because the integration tests start worker processes of their own.
const steps = ['test/*.int.test.ts', 'test/{action,cli,supply}/**/*.int.test.ts']
// A time-out catches a test that hangs. It is no statement about speed, so a slow or busy machine gets more time.
const factor = slowness()
const patience = 600_000 * factor

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['**/*.int.test.ts'], isolate: false },
      },
      { extends: true, test: { name: 'steps', include: steps, isolate: false } },
      { extends: true, test: { name: 'int', include: ['test/**/*.int.test.ts'], exclude: steps } },
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: patience,
    hookTimeout: patience,
    teardownTimeout: patience,
    env: { TEST_SLOWNESS: String(factor) },
    reporters: ['default', './scripts/reporter.ts'],
  },
})
