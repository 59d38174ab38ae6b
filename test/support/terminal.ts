/**
 * A terminal for tests: the characters and the few control sequences that the live view may use; any other throws. Lines
 * that a narrower window wraps are wrapped anew, as terminals do today.
 */
export class Terminal {
  columns: number
  readonly rows: number
  writes = 0
  cursorShown = true
  private lines: string[] = ['']
  private row = 0
  private column = 0

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
  }

  readonly write = (text: string): void => {
    this.writes += 1
    for (const [part] of text.matchAll(/\u001b\[\??\d*[A-Za-z]|[\s\S]/gu)) this.take(part)
  }

  /** What stands on it, without empty lines at the end. */
  text(): string[] {
    const end = this.lines.findLastIndex((line) => line.trimEnd() !== '')
    return this.lines.slice(0, end + 1).map((line) => line.trimEnd())
  }

  resize(columns: number): void {
    const wrap = (line: string): string[] =>
      line === ''
        ? ['']
        : Array.from({ length: Math.ceil(line.length / columns) }, (_, i) => line.slice(i * columns, (i + 1) * columns))
    const above = this.lines.slice(0, this.row).flatMap(wrap)
    this.lines = [...above, ...this.lines.slice(this.row).flatMap(wrap)]
    this.row = above.length
    this.columns = columns
  }

  private take(part: string): void {
    if (part === '\n') return this.down()
    if (part === '\r') this.column = 0
    else if (part.startsWith('\u001b')) this.command(part.slice(2))
    else this.letter(part)
  }

  private down(): void {
    this.row += 1
    this.column = 0
    if (this.row === this.lines.length) this.lines.push('')
  }

  private letter(letter: string): void {
    if (this.column === this.columns) this.down()
    const line = this.lines[this.row] ?? ''
    this.lines[this.row] = line.slice(0, this.column).padEnd(this.column) + letter + line.slice(this.column + 1)
    this.column += 1
  }

  private command(command: string): void {
    const line = this.lines[this.row] ?? ''
    switch (command) {
      case 'K':
        this.lines[this.row] = line.slice(0, this.column)
        return
      case 'J':
        this.lines = [...this.lines.slice(0, this.row), line.slice(0, this.column)]
        return
      case '?25l':
      case '?25h':
        this.cursorShown = command === '?25h'
        return
      case '?2026h':
      case '?2026l':
        return
      default: {
        const up = /^(\d+)A$/.exec(command)
        if (!up) throw new Error(`a control sequence that no frame needs: ${command}`)
        this.row = Math.max(0, this.row - Number(up[1]))
      }
    }
  }
}
