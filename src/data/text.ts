import { isUtf8 } from 'node:buffer'
import { counted, fail } from './problems.ts'
import type { Source } from './source.ts'

/** Refuses what is not UTF-8 text, with a guess of what it is instead. */
export function requireText(source: Source): void {
  if (isUtf8(source.bytes)) return
  const [first, second] = source.bytes
  const hint = first === 0x1f && second === 0x8b ? 'it looks like gzip: name it .gz'
    : (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) ? 'it looks like UTF-16: save it as UTF-8'
      : first === 0x50 && second === 0x4b ? 'it looks like a zip archive or a spreadsheet: save it as CSV'
        : 'save it as UTF-8'
  fail({ code: 'data/encoding', message: `${source.file} is not UTF-8 text`, allowed: 'UTF-8', hint })
}

/** Names that a header may not have: the same one twice, or too many. */
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
        code: 'data/duplicate-column', message: 'two columns have the same name', at: { ...at, column: i + 1 }, found: name,
        hint: 'rename one; for a file without a header say `header: false`',
      })
    }
    seen.add(name)
  })
}
