import { wilsonInterval } from '../../src/stats/shares.ts'

/** What every table says of how it was made. */
export interface Facts {
  readonly date: string
  readonly version: string
  readonly engine: string
}

export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** A share with its 95 % interval (Wilson): `0.040 [0.030, 0.054]`. */
export function shareWords(hits: number, of: number): string {
  const { lower, upper } = wilsonInterval(hits / of, of, 0.025)
  return `${(hits / of).toFixed(3)} [${lower.toFixed(3)}, ${upper.toFixed(3)}]`
}
