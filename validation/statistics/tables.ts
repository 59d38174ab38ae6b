/** What every table says of how it was made. */
export interface Facts {
  readonly date: string
  readonly version: string
  readonly engine: string
}

export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
