import { describe, expect, it } from 'vitest'
import { machineLabel, onMachine } from '../../src/run/worker-count.ts'
import { isRun } from '../../src/run/valid-run.ts'
import { complete } from './runs.ts'

describe('the machine of a run', () => {
  it('is told by processor, cores and workers side by side, the same at every call', () => {
    expect(machineLabel(1)).toMatch(/., \d+ cores, 1 worker$/)
    expect(machineLabel(3)).toBe(machineLabel(3))
    expect(machineLabel(3)).not.toBe(machineLabel(2))
    expect(machineLabel(3)).not.toMatch(/\s{2}|^\s/)
  })

  it('is a time of the run, in a file that others wrote too; anything but a short text is no run', () => {
    const run = complete('ab')
    const there = onMachine(run, machineLabel(2))
    expect(there).toEqual({ ...run, timing: { ...run.timing, machine: machineLabel(2) } })
    expect([isRun(run), isRun(there)]).toEqual([true, true])
    for (const machine of [7, null, {}, 'x'.repeat(400)])
      expect(isRun({ ...run, timing: { ...run.timing, machine } })).toBe(false)
  })
})
