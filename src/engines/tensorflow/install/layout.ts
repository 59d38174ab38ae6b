import { join } from 'node:path'
import { recordFile } from '../../install/record.ts'

/**
 * An installed engine is a folder F with
 *
 *     F/node_modules/@tensorflow/tfjs-node/          deps/lib/ TensorFlow's library, lib/napi-v8/ the addon
 *     F/node_modules/…                               the packages that it loads
 *     F/headers/                                     what the addon is compiled with
 *     F/load.cjs                                     loads it on any Node; `createRequire(F + '/')('./load.cjs')`
 *     F/smoke-test.cjs                               one training step, with its numbers as JSON
 *     F/engine.json                                  what was installed; without it the folder counts for nothing
 */
export const files = { record: recordFile, load: 'load.cjs', smokeTest: 'smoke-test.cjs' } as const

const addonFolder = ['node_modules', '@tensorflow', 'tfjs-node'] as const
/** The addon is compiled for version 8 of Node's ABI-stable interface, which every Node since 12.22 has. */
export const napiVersion = 8
export const libraryFolder = (engine: string): string => join(engine, ...addonFolder, 'deps', 'lib')
export const packageFolder = (engine: string, name: string): string => join(engine, 'node_modules', ...name.split('/'))
/** Folders with the headers of Node's interface and of TensorFlow's. The compiler gets `include` of each. */
export const headerFolders = (engine: string): { readonly node: string; readonly library: string } => ({
  node: join(engine, 'headers', 'node'),
  library: join(engine, 'headers', 'tensorflow'),
})
export const addonFile = (engine: string): string =>
  join(engine, ...addonFolder, 'lib', `napi-v${napiVersion}`, 'tfjs_binding.node')

/** Node 23 removed these functions of `util`, which tfjs-node 4.22 still calls. */
export const loadText = `'use strict'
const util = require('node:util')
util.isArray ??= Array.isArray
util.isNullOrUndefined ??= (value) => value === null || value === undefined
module.exports = require('@tensorflow/tfjs-node')
`

/** Fits w in x·w = 1 by one step of gradient descent from 0; every number in it is exact in 32 bits. */
export const smokeTestText = `'use strict'
const start = performance.now()
const tf = require('./load.cjs')
const loadMs = Math.round(performance.now() - start)
const x = tf.tensor2d([[1, 2], [3, 4]])
const w = tf.variable(tf.zeros([2, 1]))
const loss = tf.train.sgd(0.5).minimize(() => x.matMul(w).sub(1).square().mean(), true)
const { TF_Version: tensorflow } = tf.backend().binding
const tfjsNode = tf.version['tfjs-node']
const step = { backend: tf.getBackend(), loss: [...loss.dataSync()], weights: [...w.dataSync()] }
process.stdout.write(JSON.stringify({ tensorflow, tfjsNode, loadMs, step }) + '\\n')
`

/** What its numbers must be. */
export const smokeTestStep = { backend: 'tensorflow', loss: [1], weights: [2, 3] } as const

/**
 * One process per core with one native thread each is the fastest, and the only way to the same bits every time. oneDNN's
 * kernels are faster on convolutions. By itself the library turns them on for some processors only, and numbers must not
 * depend on that. The library reads these variables when it starts, so the code that starts the process, or the process
 * itself before anything else, sets them in its environment.
 */
export const nativeEnvironment: Readonly<Record<string, string>> = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
  TF_ENABLE_ONEDNN_OPTS: '1',
}
