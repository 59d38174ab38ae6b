import type { FormatDefinition } from '../definition.ts'

/** Arrow tables, read by flechette. Of nested columns, lists of labels can be used, and all others are listed. */
export const arrow: FormatDefinition = {
  name: 'arrow',
  endings: ['arrow', 'feather', 'ipc', 'arrows'],
  summary:
    'Apache Arrow as a file or a stream, which Feather and the caches of Hugging Face data sets are, plain or packed by LZ4 ' +
    'or Zstandard. Values are read as in Parquet, and so are lists.',
  isText: false,
  // Its libraries take time to load, and few data are of this format.
  open: async (source) => (await import('./open.ts')).open(source),
}
