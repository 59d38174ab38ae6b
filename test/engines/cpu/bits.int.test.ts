import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { root } from '../../support/architecture.ts'
import { printedBy, removeKernels, whyNoKernels, widths } from './compiled.ts'

const why = whyNoKernels()

describe.skipIf(why !== undefined)(`compiled kernels${why ? ` (${why})` : ''}`, () => {
  afterAll(removeKernels)

  test.each(Object.keys(widths) as (keyof typeof widths)[])('have the same bits everywhere, compiled for %s', (width) => {
    expect(printedBy('test/engines/cpu/bits.cc', width)).toBe(readFileSync(join(root, 'test/engines/cpu/bits.txt'), 'utf8'))
  })
})
