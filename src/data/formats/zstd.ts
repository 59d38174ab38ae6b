import zlib from 'node:zlib'
import { decompressZstd } from 'hyparquet-compressors'

/** Node has it since version 22.15. The library for older ones does not check the checksum of a frame. */
const native: typeof zlib.zstdDecompressSync | undefined = zlib.zstdDecompressSync

/**
 * Unpacks a Zstandard frame.
 *
 * @param length bytes of the content
 * @throws Error if the frame is damaged; the caller checks the length
 */
export const unpackZstd = (packed: Uint8Array, length: number): Uint8Array =>
  native ? native(packed, { maxOutputLength: Math.max(1, length) }) : decompressZstd(packed, new Uint8Array(length))
