import { defineConfig } from 'vitest/config'

// One project for quick unit tests and for integration tests (`*.int.test.ts`, which train, spawn and run the bundle):
// the suffix is for `npm run test:unit`. Two workers, because the integration tests start worker processes of their own.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', './.ci/reporter.ts'],
  },
})
