import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { root } from '../../support/architecture.ts'
import { whyNoKernels } from './compiled.ts'

const folder = mkdtempSync(join(tmpdir(), 'functions-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const program = `
#include "functions.h"
int main() {
  for (uint64_t bits = 0; bits < 1ull << 32; bits += 4093) {
    const float x = bits_to_float((int32_t)bits);
    for (const float y : {exp_of(x), log_of(x), sigmoid_of(x), tanh_of(x), erf_of(x)})
      if (x != x && y == y) return 1;
  }
}
`
const why = whyNoKernels()

test.skipIf(why !== undefined)('functions are defined for all numbers, and keep what is none', () => {
  const [source, file] = [join(folder, 'main.cc'), join(folder, 'main')]
  writeFileSync(source, `#include <initializer_list>${program}`)
  const checks = ['-fsanitize=undefined', '-fno-sanitize-recover=all']
  const include = join(root, 'src/engines/cpu/kernels')
  const flags = ['-O1', '-std=c++17', '-march=native', '-ffp-contract=off', '-w', ...checks, '-I', include]
  const compiled = spawnSync('c++', [...flags, source, '-o', file], { encoding: 'utf8' })
  expect(compiled.stderr).toBe('')
  const { status, stderr } = spawnSync(file, { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
