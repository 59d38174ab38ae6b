/** Counts the lines of a text as it arrives, by its more frequent line ending, and rejects it if there are too many. */
export class LineCount {
  private feeds = 0
  private returns = 0
  private readonly most: number
  private readonly refuse: () => never

  constructor(most: number, refuse: () => never) {
    this.most = most
    this.refuse = refuse
  }

  add(bytes: Uint8Array): void {
    this.feeds = this.count(bytes, 10, this.feeds)
    this.returns = this.count(bytes, 13, this.returns)
  }

  private count(bytes: Uint8Array, sign: number, before: number): number {
    let count = before
    for (let at = bytes.indexOf(sign); at >= 0; at = bytes.indexOf(sign, at + 1)) {
      if (++count > this.most) this.refuse()
    }
    return count
  }
}
