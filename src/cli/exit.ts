import { constants } from 'node:os'
import type { VerdictStatus } from '../records/verdict.ts'

/** What a shell or a workflow sees; documented in docs/troubleshooting.md. 1 is always a verdict. */
export const exitCodes = { pass: 0, fail: 1, badInput: 2, inconclusive: 3, defect: 4 } as const

export const exitCodeOf = (status: VerdictStatus): number => exitCodes[status]

/** Signals that ask a program to stop. */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type StopSignal = (typeof stopSignals)[number]

/** The code that a shell reports for a program ended by a signal: 130, 143, 129. */
export const exitCodeOfSignal = (signal: StopSignal): number => 128 + constants.signals[signal]
