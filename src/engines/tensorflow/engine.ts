import { existsSync } from 'node:fs'
import { createRequire, Module } from 'node:module'
import { join, resolve } from 'node:path'
import { InputError } from '../../base/diagnostics.ts'
import type { Messages, Native, NativeBackend } from './graph/binding.ts'
import { createCompiler } from './graph/compiler.ts'
import type { KernelBackend } from '@tensorflow/tfjs-core'
import type { Tf } from '../../layers/forward.ts'
import { trainsOn } from '../../train/trainer.ts'
import type { Engine } from '../../train/engine.ts'
import type { EngineDefinition } from '../definition.ts'
import { fusedOps } from './ops/fused.ts'
import { addonFile } from './install/layout.ts'
import { registerNativeGradients } from './ops/gradients.ts'

export interface TensorflowEngineOptions {
  /** Folder whose `node_modules` contains @tensorflow/tfjs-node with its built addon. */
  readonly folder: string
  /** Runs whole chunks of steps as one native graph (the default), or every op separately. */
  readonly compiled?: boolean
  /** Native threads that the environment gives an operation; part of the label, since sums depend on it. */
  readonly threads?: number
}

/** The engine with its native side, for code that inspects single operations. */
export interface TensorflowEngine extends Engine {
  readonly native: Native
}

/** Functions of `util` that tfjs-node calls and Node 23 removed. Node 20 has them, and warns about each. */
const removedFromNode = {
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  isArray: Array.isArray,
}

/**
 * The native TensorFlow library through tfjs-node, from a folder that may be anywhere: the bundle contains none of it.
 * Throws `InputError` if it is missing or does not load.
 */
export async function createTensorflowEngine({
  folder,
  compiled = true,
  threads = 1,
}: TensorflowEngineOptions): Promise<TensorflowEngine> {
  const from = createRequire(join(resolve(folder), 'index.js'))
  // The module itself, not a namespace: only the module can be extended.
  Object.assign(from('node:util') as object, removedFromNode)
  const { tf, messages } = load(from, folder)
  if (!(await tf.setBackend('tensorflow'))) throw unusable('the native engine did not start', folder)
  const backend = tf.backend() as unknown as NativeBackend
  registerNativeGradients(tf, backend)
  const native = { backend, messages }
  const { version } = from('@tensorflow/tfjs-node/package.json') as { version: string }
  return {
    label: [
      `tensorflow ${backend.binding.TF_Version} tfjs-node ${version}`,
      compiled ? 'compiled' : 'eager',
      // `nativeEnvironment` turns its kernels on. They add up in an order of their own, so numbers differ from those without.
      'onednn',
      ...(threads > 1 ? [`${threads} threads`] : []),
    ].join(' '),
    tf,
    fused: fusedOps(tf, backend),
    native,
    ...(compiled ? { compile: (data, notice) => createCompiler(tf, native, data, notice) } : {}),
  }
}

/** Starts the engine for a worker. */
export const start: EngineDefinition['start'] = async (files) => trainsOn(await createTensorflowEngine(files))

function load(from: NodeJS.Require, folder: string): { readonly tf: Tf; readonly messages: Messages } {
  if (!existsSync(join(folder, 'node_modules', '@tensorflow', 'tfjs-node', 'package.json'))) {
    throw unusable('the native engine is not installed', folder)
  }
  try {
    const inside = createRequire(from.resolve('@tensorflow/tfjs-node/package.json'))
    const tf = withoutUnused(inside, () => inside('@tensorflow/tfjs') as Tf)
    inside('./dist/register_all_kernels.js')
    const { NodeJSKernelBackend } = inside('./dist/nodejs_kernel_backend.js') as BackendModule
    const addon: unknown = inside(addonFile(resolve(folder)))
    tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(addon, '@tensorflow/tfjs-node'))
    return { tf, messages: inside('./dist/proto/api_pb.js') as Messages }
  } catch (error) {
    throw unusable(`the native engine did not load: ${error instanceof Error ? error.message : String(error)}`, folder)
  }
}

interface BackendModule {
  readonly NodeJSKernelBackend: new (addon: unknown, packageName: string) => KernelBackend
}

/** Parts that tfjs bundles with its core and its gradients, and that no step needs. */
const unused = ['layers', 'converter', 'data', 'backend-cpu', 'backend-webgl'].map((part) => `@tensorflow/tfjs-${part}`)

/**
 * Loads tfjs with empty modules in place of its unused parts, which are most of the JavaScript that a worker would load. The
 * entry of tfjs-node loads them too, so `load` registers the kernels and the backend as that entry does.
 */
function withoutUnused<T>(inside: NodeJS.Require, load: () => T): T {
  const files = unused.map((name) => inside.resolve(name)).filter((file) => inside.cache[file] === undefined)
  for (const file of files)
    inside.cache[file] = Object.assign(new Module(file), { exports: {}, filename: file, loaded: true })
  try {
    return load()
  } finally {
    for (const file of files) delete inside.cache[file]
  }
}

function unusable(message: string, folder: string): InputError {
  const hint = 'reinstall it, or use the engine wasm'
  return new InputError([{ code: 'engine/tensorflow-unusable', severity: 'error', message, found: folder, hint }])
}
