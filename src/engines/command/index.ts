import { ok } from '../../base/result.ts'
import type { EngineDefinition } from '../definition.ts'

/** A training script of one's own, started once for each run. */
export const command: EngineDefinition<'command'> = {
  name: 'command',
  summary: 'the training script that a spec names under `trainer`, in any language',
  where: 'for a spec with `trainer`, which no other engine trains',
  embedded: true,
  available: async () => ok(null),
  scripts: {
    describe: async (...given) => (await import('./section.ts')).describeSection(...given),
    check: async (...given) => (await import('./check.ts')).checkScript(...given),
    conformance: async (...given) => (await import('./conformance.ts')).conformance(...given),
    place: async (...given) => (await import('./section.ts')).placeOf(...given),
  },
  start: async (files) => (await import('./engine.ts')).start(files),
}
