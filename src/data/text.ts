import { otherThanUtf8 } from '../base/encoding.ts'
import { counted, fail } from './problems.ts'
import type { Source } from './source.ts'

/** Rejects web pages and what is not UTF-8 text, with a guess of what it is instead. */
export function requireText({ bytes, file }: Source): void {
  if (/^\ufeff?\s*<(?:!doctype html|html)[\s>]/i.test(bytes.toString('utf8', 0, 200))) {
    fail({
      code: 'data/html',
      message: `${file} is a web page, not a table`,
      hint: 'download the file itself: the page may say why the server did not send it',
    })
  }
  const hint = otherThanUtf8(bytes)
  if (hint === null) return
  fail({ code: 'data/encoding', message: `${file} is not UTF-8 text`, allowed: 'UTF-8', hint })
}

/** A line of a file, without surrounding blanks. */
export interface Line {
  readonly text: string
  /** Counted from 1, including blank lines. */
  readonly line: number
}

/**
 * The lines that are not blank, one in memory at a time, without a byte order mark. Throws an InputError for a line that is
 * too long.
 */
export function* linesOf({ bytes, file, limits }: Source): Generator<Line> {
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  for (let start = mark, line = 1; start < bytes.length; line++) {
    const found = bytes.indexOf(10, start)
    const end = found < 0 ? bytes.length : found
    if (end - start > limits.record) {
      const [found, allowed] = [counted(end - start, 'byte'), `at most ${counted(limits.record, 'byte')}`]
      fail({ code: 'data/too-large', message: 'the line is too long', at: { file, line, column: 1 }, found, allowed })
    }
    const text = bytes.toString('utf8', start, end).trim()
    if (text !== '') yield { text, line }
    start = end + 1
  }
}

/** Rejects a header with repeated names, or with too many. */
export function requireNames(source: Source, names: readonly string[]): void {
  const at = { file: source.file, line: 1, column: 1 }
  if (names.length > source.limits.columns) {
    const [found, allowed] = [counted(names.length, 'column'), `at most ${counted(source.limits.columns, 'column')}`]
    fail({ code: 'data/too-many-columns', message: 'the table is too wide', at, found, allowed })
  }
  const seen = new Set<string>()
  names.forEach((name, i) => {
    if (seen.has(name)) {
      fail({
        code: 'data/duplicate-column',
        message: 'two columns have the same name',
        at: { ...at, column: i + 1 },
        found: name,
        hint: 'rename one, or set `header: false` if the file has no header',
      })
    }
    seen.add(name)
  })
}
