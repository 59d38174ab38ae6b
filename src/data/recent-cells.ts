/** Places, a power of two. */
const places = 256
/** Longer texts rarely repeat. */
const mostBytes = 32

/** What texts that a column had lately became, found by their bytes, so that a repeated text needs no string. */
export class RecentCells {
  readonly #starts = new Int32Array(places)
  readonly #ends = new Int32Array(places)
  readonly #codes = new Int32Array(places)
  /** Where the text that was looked for last belongs. */
  #place = 0

  /** The code of the text; −1 if it is not known. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start
    if (length === 0 || length > mostBytes) return -1
    let hash = length
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0
    const place = (hash ^ (hash >>> 15)) & (places - 1)
    this.#place = place
    const known = this.#starts[place] ?? 0
    if ((this.#ends[place] ?? 0) - known !== length) return -1
    for (let i = 0; i < length; i++) if (bytes[known + i] !== bytes[start + i]) return -1
    return this.#codes[place] ?? -1
  }

  /** Keeps the text that was looked for last. */
  keep(start: number, end: number, code: number): void {
    if (end - start > mostBytes || end === start) return
    this.#starts[this.#place] = start
    this.#ends[this.#place] = end
    this.#codes[this.#place] = code
  }
}
