import { ok } from '../../base/result.ts'
import type { EngineDefinition } from '../definition.ts'

/** The embedded engine: TensorFlow.js on WebAssembly, one thread per worker. */
export const wasm: EngineDefinition<'wasm'> = {
  name: 'wasm',
  summary: 'the embedded engine, nothing to install',
  where: 'everywhere',
  auto: 'always there',
  embedded: true,
  available: async () => ok(null),
  start: async (files) => (await import('./engine.ts')).start(files),
}
