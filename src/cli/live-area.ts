import stringWidth from 'string-width'

/** The terminal that a `LiveArea` is at the bottom of. */
export interface Screen {
  readonly write: (text: string) => void
  /** Now, since people resize terminals. */
  readonly columns: number
  readonly rows: number
}

/** Milliseconds between two frames. */
const leastBetween = 100

const [hideCursor, showCursor] = ['\u001b[?25l', '\u001b[?25h']
/** What a terminal gets between these two, it shows at once; one that does not know them ignores them. */
const [beginFrame, endFrame] = ['\u001b[?2026h', '\u001b[?2026l']
const eraseLine = '\u001b[K'
const eraseBelow = '\u001b[J'

/**
 * Some lines at the bottom of a terminal that are rewritten in place, ten times a second at most; messages scroll by above
 * them. A frame is one write, and a line is erased only behind its new text, so nothing flickers. The cursor is hidden while
 * there are lines, and back when they are gone or the process ends, however it does.
 */
export class LiveArea {
  private readonly screen: Screen
  private readonly lines: () => readonly string[]
  private drawn: readonly string[] = []
  private last = -Infinity
  private waiting: NodeJS.Timeout | undefined
  private ticking: NodeJS.Timeout | undefined
  private readonly atExit = (): void => this.end()

  /** `lines` are asked for when it is time for a frame; each is narrower than the terminal, and printable. */
  constructor(screen: Screen, lines: () => readonly string[]) {
    this.screen = screen
    this.lines = lines
  }

  /** Something changed: draws now, or when the next frame is due. */
  refresh(): void {
    if (this.waiting !== undefined) return
    const due = this.last + leastBetween - performance.now()
    if (due <= 0) this.draw()
    else this.waiting = setTimeout(() => this.draw(), due).unref()
  }

  /** A message above the lines, which stay. The text ends in a line break. */
  print(text: string): void {
    const erased = this.erased()
    this.screen.write(erased + text + (erased === '' ? '' : this.frame(this.lines())))
  }

  /** Removes the lines, for good or until the next `refresh`. */
  end(): void {
    clearTimeout(this.waiting)
    clearInterval(this.ticking)
    this.waiting = this.ticking = undefined
    process.off('exit', this.atExit)
    if (this.drawn.length > 0) this.screen.write(`${this.erased()}${showCursor}`)
    this.drawn = []
  }

  private draw(): void {
    clearTimeout(this.waiting)
    this.waiting = undefined
    this.last = performance.now()
    if (this.ticking === undefined) {
      // Times go on while nothing happens.
      this.ticking = setInterval(() => this.refresh(), 1000).unref()
      process.on('exit', this.atExit)
    }
    const next = this.lines()
    if (next.join('\n') === this.drawn.join('\n')) return
    const begin = this.drawn.length === 0 ? hideCursor : this.upward()
    this.screen.write(beginFrame + begin + this.frame(next) + endFrame)
  }

  /** The cursor is below the lines before and after. */
  private frame(lines: readonly string[]): string {
    this.drawn = lines
    return lines.map((line) => `${line}${eraseLine}\n`).join('') + eraseBelow
  }

  private erased(): string {
    return this.drawn.length === 0 ? '' : this.upward() + eraseBelow
  }

  /** To the first of the lines. A terminal that became narrower has wrapped them. */
  private upward(): string {
    const rows = this.drawn.map((line) => Math.max(1, Math.ceil(stringWidth(line) / Math.max(1, this.screen.columns))))
    return `\r\u001b[${rows.reduce((sum, n) => sum + n, 0)}A`
  }
}
