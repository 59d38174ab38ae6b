import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TrainingData } from '../train/types.ts'

/** The descriptor of the file in a worker, after the standard streams and the channel of messages. */
export const sharedDescriptor = 4

/** Where an array is in the file. */
interface Stored {
  /** In bytes. */
  readonly offset: number
  /** In numbers of 4 bytes each. */
  readonly length: number
}

/** A data set whose numbers are in the file. */
export interface StoredData extends Pick<TrainingData, 'inputShape' | 'targetScale' | 'rowsVary'> {
  readonly inputs: Stored
  readonly targets: Stored
  readonly weights?: Stored
  readonly labelWeights?: Stored
  readonly splits: { readonly [part in keyof TrainingData['splits']]: Stored }
  readonly clusters?: Stored
  readonly folds?: readonly Stored[]
  readonly segments?: readonly { readonly name: string; readonly levels: readonly string[]; readonly codes: Stored }[]
}

/** Bytes that one call reads or writes. The system takes less than 2 GiB at once. */
const mostAtOnce = 2 ** 30

/**
 * A file with the numbers of a data set, which workers inherit by its descriptor. It has no name, so nobody else can open
 * it, and it is gone when the last process has closed it. A message with the same numbers would be copied several times, in
 * the study's process for each worker and in each worker.
 */
export class SharedData {
  readonly descriptor: number
  private readonly folder: string
  private end = 0
  private closed = false

  /** Throws an error of the system if there is no room for temporary files. */
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'tunegate-data-'))
    this.descriptor = openSync(join(this.folder, 'numbers'), 'wx+', 0o600)
    // Where open files cannot be removed, it goes when it is closed.
    this.removeName()
  }

  /** Throws an error of the system if the disk is full. */
  write(data: TrainingData): StoredData {
    const { inputs, targets, weights, labelWeights, splits, clusters, folds, segments, ...rest } = data
    return {
      ...rest,
      inputs: this.append(inputs),
      targets: this.append(targets),
      ...(weights && { weights: this.append(weights) }),
      ...(labelWeights && { labelWeights: this.append(labelWeights) }),
      splits: {
        train: this.append(splits.train),
        validation: this.append(splits.validation),
        test: this.append(splits.test),
      },
      ...(clusters && { clusters: this.append(clusters) }),
      ...(folds && { folds: folds.map((fold) => this.append(fold)) }),
      ...(segments && { segments: segments.map((one) => ({ ...one, codes: this.append(one.codes) })) }),
    }
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    closeSync(this.descriptor)
    this.removeName()
  }

  private append(array: Float32Array | Int32Array): Stored {
    const offset = this.end
    transfer(array, offset, (bytes, at) => writeSync(this.descriptor, bytes, 0, bytes.length, at))
    this.end += array.byteLength
    return { offset, length: array.length }
  }

  private removeName(): void {
    try {
      rmSync(this.folder, { recursive: true, force: true })
    } catch {
      // It is in the folder for temporary files, and holds nothing that the study still needs.
    }
  }
}

/** Reads a data set, each array once and to its place. Throws if the file is shorter than stated. */
export function readShared(stored: StoredData, descriptor = sharedDescriptor): TrainingData {
  const read = <T extends Float32Array | Int32Array>(array: T, { offset }: Stored): T => {
    transfer(array, offset, (bytes, at) => readSync(descriptor, bytes, 0, bytes.length, at))
    return array
  }
  const floats = (place: Stored): Float32Array => read(new Float32Array(place.length), place)
  const rows = (place: Stored): Int32Array => read(new Int32Array(place.length), place)
  const { inputs, targets, weights, labelWeights, splits, clusters, folds, segments, ...rest } = stored
  return {
    ...rest,
    inputs: floats(inputs),
    targets: floats(targets),
    ...(weights && { weights: floats(weights) }),
    ...(labelWeights && { labelWeights: floats(labelWeights) }),
    splits: { train: rows(splits.train), validation: rows(splits.validation), test: rows(splits.test) },
    ...(clusters && { clusters: rows(clusters) }),
    ...(folds && { folds: folds.map(rows) }),
    ...(segments && { segments: segments.map((one) => ({ ...one, codes: rows(one.codes) })) }),
  }
}

/** Moves all bytes of an array, in as many calls as it takes. */
function transfer(
  { buffer, byteOffset, byteLength }: Float32Array | Int32Array,
  offset: number,
  move: (bytes: Uint8Array, at: number) => number,
): void {
  for (let done = 0; done < byteLength; ) {
    const bytes = new Uint8Array(buffer, byteOffset + done, Math.min(mostAtOnce, byteLength - done))
    const moved = move(bytes, offset + done)
    if (moved === 0) throw new Error(`the file of the data ends ${byteLength - done} bytes too early`)
    done += moved
  }
}
