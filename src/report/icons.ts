import type { VerdictStatus } from '../records/verdict.ts'
import type { BoxState } from './model.ts'

// Symbols in Markdown texts; the word is always next to them.

export const statusIcon: Record<VerdictStatus, string> = { pass: '✅', fail: '❌', inconclusive: '⚠️' }
export const boxIcon: Record<BoxState, string> = { done: '✅', 'not-done': '❌', skipped: '➖', inconclusive: '⚠️' }
