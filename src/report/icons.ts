import type { VerdictStatus } from '../records/verdict.ts'
import type { BoxState } from './model.ts'

// Signs of markdown texts; the word always stands beside them.

export const statusIcon: Record<VerdictStatus, string> = { pass: '✅', fail: '❌', inconclusive: '⚠️' }
export const boxIcon: Record<BoxState, string> = { 'done': '✅', 'not-done': '❌', 'skipped': '➖', 'inconclusive': '⚠️' }
