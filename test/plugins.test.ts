import { describe, expect, it } from 'vitest'
import { literalsIn, uses, type PluginKind } from './support/plugins.ts'

/** Kinds of plug-ins whose names stand in their own folder alone. */
const held: readonly PluginKind[] = [
  {
    folder: 'src/layers',
    // Not held, since they are words of other things too: dense, flatten, embedding and residual are plain English, dropout is
    // a lever as well, and activation an argument of several layers.
    names: [
      'conv2d', 'depthwiseConv2d', 'separableConv2d', 'maxPooling2d', 'averagePooling2d', 'globalAveragePooling2d',
      'globalMaxPooling2d', 'globalAveragePooling1d', 'batchNormalization', 'layerNormalization', 'positionEmbedding',
      'multiHeadAttention',
    ],
    besides: {
      'src/engines/tensorflow/ops/fused.ts': 'names the native operation of `FusedOps`, which is no layer',
    },
  },
]

describe('the name of a plug-in', () => {
  it.each(held.map((kind) => [kind.folder, kind] as const))('stands in %s and nowhere else', (_, kind) => {
    expect(kind.names.length).toBeGreaterThan(1)
    expect(uses(kind).map(({ file, line, name }) => `${file}:${line}: ${name}`)).toEqual([])
  })

  it('is found in code, types and keys, and not in comments or longer texts', () => {
    const text = "// 'verify'\nconst a: 'verify' = 'verify'\nconst b = { 'lr-range': 1 }\nconst c = 'we verify'\nimport x from 'verify'\n"
    expect(literalsIn(text)).toEqual([
      { name: 'verify', line: 2 }, { name: 'verify', line: 2 }, { name: 'lr-range', line: 3 }, { name: 'we verify', line: 4 },
    ])
  })
})
