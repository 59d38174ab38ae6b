import type { BinaryWriter } from '@bufbuild/protobuf/wire'

/** Writes the fields of one message. */
export type Write = (writer: BinaryWriter) => unknown

/** Wire types of protocol buffers, by field content. */
export const [varint, fixed64, lengthDelimited, fixed32] = [0, 1, 2, 5] as const

/** A text as a field. */
export const text = (writer: BinaryWriter, field: number, value: string): BinaryWriter =>
  writer.tag(field, lengthDelimited).string(value)

/** A message as a field of another message. */
export function message(writer: BinaryWriter, field: number, write: Write): BinaryWriter {
  writer.tag(field, lengthDelimited).fork()
  write(writer)
  return writer.join()
}
