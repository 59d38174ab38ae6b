import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Native, NativeTensor } from './binding.ts'
import { type Node, type Ref, savedModel } from './graph.ts'

/** A graph that the library has loaded, ready to run. */
export interface Session {
  /** Tensors by number, in the order of the session's inputs. The caller owns what is returned. */
  run(inputs: readonly number[]): NativeTensor[]
  close(): void
}

/** Opens a session. The addon takes graphs only from a folder, which is removed again when this returns. */
export function openSession(
  { backend: { binding }, messages }: Native,
  nodes: readonly Node[],
  inputs: readonly Ref[],
  outputs: readonly Ref[],
): Session {
  const folder = mkdtempSync(join(tmpdir(), 'tunegate-graph-'))
  let session: number
  try {
    writeFileSync(join(folder, 'saved_model.pb'), savedModel(messages, nodes))
    session = binding.loadSavedModel(folder, 'serve')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const [inputNames, outputNames] = [inputs.join(','), outputs.join(',')]
  return {
    run: (tensors) => binding.runSavedModel(session, tensors, inputNames, outputNames),
    close: () => binding.deleteSavedModel(session),
  }
}
