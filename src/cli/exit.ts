import type { VerdictStatus } from '../plan/verdict.ts'

/** What a shell or a workflow sees; documented in the README. */
export const exitCodes = { pass: 0, fail: 1, badInput: 2, inconclusive: 3, defect: 4, interrupted: 130 } as const

export const exitCodeOf = (status: VerdictStatus): number => exitCodes[status]
