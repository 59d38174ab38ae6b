import { defineConfig } from 'vitest/config'
import { slowness } from './test/support/slowness.ts'

// One project for quick unit tests and for integration tests (`*.int.test.ts`, which train, spawn and run the bundle): the
// suffix is for `npm run test:unit`. Two workers, because the integration tests start worker processes of their own.
// A time-out catches a test that hangs. It is no statement about speed, so a slow or busy machine gets more time.
const factor = slowness()
const patience = 600_000 * factor

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: patience,
    hookTimeout: patience,
    teardownTimeout: patience,
    env: { TEST_SLOWNESS: String(factor) },
    reporters: ['default', './scripts/reporter.ts'],
  },
})
