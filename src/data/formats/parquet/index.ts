import type { FormatDefinition } from '../definition.ts'

/**
 * Parquet, read by hyparquet column by column: only the columns in use are decompressed, one page at a time. Of nested columns,
 * lists of labels can be used, and all others are listed.
 */
export const parquet: FormatDefinition = {
  name: 'parquet',
  endings: ['parquet', 'pq'],
  summary:
    'Apache Parquet, with every usual compression. Nulls and NaN are missing values, booleans are the texts true and ' +
    'false, and dates are texts. A column of lists can be a target of labels; one of structures cannot be used.',
  isText: false,
  // Its libraries take time to load, and few data are of this format.
  open: async (source) => (await import('./open.ts')).open(source),
}
