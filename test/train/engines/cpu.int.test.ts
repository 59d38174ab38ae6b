import { expect, test } from 'vitest'
import { cpuEngine, cpuFolder, missingCpu } from '../../support/tf-cpu.ts'
import { engineConformance } from '../conformance.ts'

if (cpuFolder === null) test('engine cpu', ({ skip }) => skip(missingCpu))
else {
  engineConformance('cpu', cpuEngine)

  test('has a label that depends on its version alone', async () => {
    expect((await cpuEngine()).label).toBe('cpu 2')
  })
}
