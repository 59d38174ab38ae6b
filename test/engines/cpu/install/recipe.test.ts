import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { featuresIn, targetOf, thisProcessor, type Processor } from '../../../../src/engines/cpu/install/processor.ts'
import { compileFlags, folderNames, placeOf } from '../../../../src/engines/cpu/install/recipe.ts'
import { availabilityOf, kernelsState } from '../../../../src/engines/cpu/install/status.ts'

const x64: Processor = { os: 'linux', arch: 'x64', features: ['avx', 'avx2', 'fma'] }
const folder = mkdtempSync(join(tmpdir(), 'kernels-'))
writeFileSync(join(folder, 'addon.cc'), '')
afterAll(() => rmSync(folder, { recursive: true }))

describe('a processor', () => {
  it('on x64 is told by the instructions that compiled code may use, those of the first core', () => {
    const core = 'processor\t: 0\nmodel name\t: Some\nflags\t\t: fpu sse2 fma md_clear avx2 avx512f\nbugs\t\t: spectre\n\n'
    expect(featuresIn(core + core.replace('avx2', 'avx9'), 'x64')).toEqual(['sse2', 'fma', 'avx2', 'avx512f'])
    expect(featuresIn('', 'x64')).toEqual([])
  })

  it('on arm64 is told by every kind of core', () => {
    const core = (part: string): string => `Features\t: fp asimd\nCPU implementer\t: 0x41\nCPU part\t: ${part}\n\n`
    expect(featuresIn(core('0xd0c') + core('0xd0c') + core('0xd40'), 'arm64')).toEqual([
      'CPU implementer 0x41',
      'CPU part 0xd0c',
      'CPU part 0xd40',
      'Features fp asimd',
    ])
  })

  it('of this machine is known', () => {
    expect(thisProcessor()).toMatchObject({ os: process.platform, arch: process.arch })
  })

  it.each<[Partial<Processor>, string]>([
    [{}, 'AVX2'],
    [{ features: ['avx2', 'avx512f', 'fma'] }, 'AVX-512'],
    [{ arch: 'arm64', features: [] }, 'NEON'],
    [{ os: 'darwin', arch: 'arm64', features: ['Apple M4'] }, 'NEON'],
  ])('%j has kernels with %s', (over, vectors) => {
    expect(targetOf({ ...x64, ...over })).toMatchObject({ ok: true, value: { vectors } })
  })

  it.each<[Partial<Processor>, string]>([
    [{ features: ['avx', 'avx2'] }, 'a processor without AVX2 and FMA'],
    [{ os: 'win32' }, 'Windows'],
    [{ os: 'darwin' }, 'darwin on x64'],
    [{ arch: 'riscv64' }, 'linux on riscv64'],
  ])('%j has none, and the error says for what', async (over, what) => {
    const processor = { ...x64, ...over }
    const why = `the cpu engine is not available for ${what}`
    const found = availabilityOf(await kernelsState('/nowhere', { processor }))
    expect(found).toMatchObject({ ok: false, error: { why, problems: [{ code: 'engine/unsupported-processor' }] } })
  })
})

describe('the folder of the kernels', () => {
  const nameOf = (processor: Processor, sources = folder): string => {
    const place = placeOf('/engines', { processor, sources })
    if (!place.ok) throw new Error(place.error.message)
    return basename(place.value.folder)
  }

  it('depends on the processor and the sources', () => {
    const other = mkdtempSync(join(tmpdir(), 'kernels-'))
    writeFileSync(join(other, 'addon.cc'), '// another')
    const names = [nameOf(x64), nameOf({ ...x64, features: [...x64.features, 'avx512f'] }), nameOf(x64, other)]
    rmSync(other, { recursive: true })
    expect(new Set(names).size).toBe(3)
    for (const name of names) expect(name).toMatch(/^cpu-kernels-linux-x64-[0-9a-f]{12}$/)
    for (const name of names) expect(name).toMatch(folderNames)
    expect(nameOf(x64)).toBe(names[0])
  })

  it('is none where the sources are missing', () => {
    expect(placeOf('/engines', { processor: x64, sources: '/nowhere' })).toMatchObject({
      ok: false,
      error: { code: 'engine/no-sources', found: '/nowhere' },
    })
  })

  it('of an engine that is not installed says how to install it', async () => {
    expect(availabilityOf(await kernelsState('/nowhere', { processor: x64, sources: folder }))).toMatchObject({
      ok: false,
      error: {
        why: 'the cpu engine is not installed (`tunegate engine install cpu`)',
        problems: [{ code: 'engine/not-installed', hint: expect.stringContaining('tunegate engine install cpu') as string }],
      },
    })
  })
})

it('flags are those of the platform, and none changes the order of sums', () => {
  expect(compileFlags('linux-x64')).toEqual(
    expect.arrayContaining(['-march=native', '-mprefer-vector-width=512', '-shared']),
  )
  expect(compileFlags('linux-arm64')).toEqual(expect.arrayContaining(['-mcpu=native', '-shared']))
  expect(compileFlags('darwin-arm64')).toEqual(expect.arrayContaining(['-mcpu=native', '-bundle']))
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-arm64']) {
    expect(compileFlags(platform)).toContain('-ffp-contract=off')
    expect(compileFlags(platform).join(' ')).not.toMatch(/fast-math|associative/)
  }
})
