import { beginning, printable, printableLines } from '../base/printable.ts'

/**
 * Text from outside (names, classes, columns, labels, reasons) never becomes markup: each function here serves one place
 * where it may appear. Control characters and direction overrides become visible escapes everywhere.
 */

/** Longest piece of outside text in a summary; `report.json` has all of it. */
const most = 300

/** Zero-width space: breaks up a mention, an issue reference or a link without changing what people read. */
const apart = '\u200b'

/**
 * A sentence in Markdown, also for a table cell. Backslashes stop Markdown. They do not stop GitHub's mentions, issue
 * references and bare links, which GitHub finds in the rendered text, so those are broken up.
 */
export function markdown(text: string, length = most): string {
  return printable(text, length)
    .replace(/[\\`*_[\]#|~<>$]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : `\\${c}`))
    .replace(/&(?!lt;|gt;)/g, '&amp;')
    .replace(/@/g, `@${apart}`)
    .replace(/(\\#|\bGH-)(?=\d)/gi, `$1${apart}`)
    .replace(/:\/\//g, `:${apart}//`)
    .replace(/\bwww\./gi, (w) => `${w.slice(0, 3)}${apart}.`)
    .replace(/^(\s*)([-+=]|\d+[.)])/, `$1${apart}$2`)
}

/**
 * A name in code font: nothing inside it is markup, mention or link. Also safe in a table cell, and at the start of a line.
 * If the name itself contains backticks or pipes, the tag is used: a fence of backticks could open a block, and how a cell
 * reads a backslash before a pipe inside code depends on the renderer.
 */
export function code(text: string, length = 120): string {
  const shown = printable(text, length)
  if (/[`|]/.test(shown) || shown.trim() === '') return `<code>${markdown(text, length)}</code>`
  return `\`${shown}\``
}

/**
 * A block that shows lines unchanged. Its fence is longer than any run of backticks in it, so that no line can end the
 * block.
 *
 * @param language how it is colored or drawn; empty for not at all
 */
export function fenced(lines: readonly string[], language: 'text' | 'sh' | 'json' | 'mermaid' = 'text'): string {
  const shown = lines.map((line) => printable(line, 4000))
  const longest = longestRun(shown.join('\n'), /`+/g)
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return [`${fence}${language}`, ...shown, fence].join('\n')
}

/** The fence that closes the block in which a Markdown text was truncated; null if it was truncated outside one. */
export function openFence(text: string): string | null {
  let open: string | null = null
  for (const [fence = '', rest] of Array.from(text.matchAll(/^(`{3,})(.*)$/gm), (m) => [m[1], m[2]])) {
    if (open === null) open = fence
    else if (fence.length >= open.length && rest?.trim() === '') open = null
  }
  return open
}

const longestRun = (text: string, run: RegExp): number =>
  (text.match(run) ?? []).reduce((most, { length }) => Math.max(most, length), 0)

/**
 * Markdown of at most `most` units, as `size` counts them: truncated after a whole line if possible, with an open block
 * closed and `notice` at the end.
 */
export function cutMarkdown(text: string, most: number, notice: string, size: (text: string) => number): string {
  if (size(text) <= most) return text
  const longest = longestRun(text, /^`{3,}/gm)
  const room = most - size(notice) - (longest === 0 ? 0 : longest + 1)
  let kept = beginning(text, Math.max(0, room))
  // A unit has at most four bytes, so this never removes too much.
  while (kept !== '' && size(kept) > room)
    kept = beginning(kept, Math.max(0, kept.length - Math.ceil((size(kept) - room) / 4)))
  const whole = kept.includes('\n') ? kept.slice(0, kept.lastIndexOf('\n')) : kept
  const fence = openFence(whole)
  return `${whole}${fence === null ? '' : `\n${fence}`}${notice}`
}

/**
 * A whole document of Markdown, ready for output. Its foreign text was escaped when it was inserted. As a second safety net,
 * this escapes what must not be printed anywhere, and keeps the breaks in mentions and links.
 */
export const markdownDocument = (text: string): string => text.split(apart).map(printableLines).join(apart)

/** Text and attribute values in HTML. */
export function html(text: string, length = 2000): string {
  return printable(text, length).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

/** Text inside the quotes of a Mermaid diagram, without anything that its grammar could take for syntax. */
export const mermaid = (text: string): string =>
  printable(text, 80)
    .replace(/[^\p{L}\p{N} .,()%×±–-]/gu, ' ')
    .trim()

/** One CSV field (RFC 4180) in one line; text that a spreadsheet would run as a formula gets a leading apostrophe. */
export function csvField(value: string | number | boolean | null): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const shown = printable(value, Infinity)
  const safe = /^\s*[=+\-@＝＋－＠]/.test(shown) ? `'${shown}` : shown
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
