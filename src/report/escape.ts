import { printable } from '../base/diagnostics.ts'

/**
 * Text from outside (names, classes, columns, labels, reasons) never becomes markup: each function here is for one place
 * where it may stand. Control characters and direction overrides become visible escapes everywhere.
 */

/** Longest piece of outside text that a summary shows; `report.json` has all of it. */
const most = 300

/** Zero-width space: breaks a mention, an issue reference or a link apart without changing what is read. */
const apart = '\u200b'

/**
 * A sentence in markdown, in a table cell too. Backslashes stop markdown; they do not stop GitHub's mentions, issue
 * references and bare links, which are found in the rendered text, so those are broken apart.
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
 * A name in code font: inside it nothing is markup, mention or link. Also right in a table cell, and at the start of a line.
 * Where the name itself holds backticks or pipes the tag is used: a fence of backticks could open a block, and how a cell
 * reads a backslash before a pipe inside of one depends on the renderer.
 */
export function code(text: string, length = 120): string {
  const shown = printable(text, length)
  if (/[`|]/.test(shown) || shown.trim() === '') return `<code>${markdown(text, length)}</code>`
  return `\`${shown}\``
}

/** Text and attribute values in HTML. */
export function html(text: string, length = 2000): string {
  return printable(text, length).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

/** Text inside the quotes of a Mermaid diagram: what its grammar could take for syntax is left out. */
export const mermaid = (text: string): string =>
  printable(text, 80)
    .replace(/[^\p{L}\p{N} .,()%×±–-]/gu, ' ')
    .trim()

/** One CSV field (RFC 4180); text that a spreadsheet would run as a formula is quoted by an apostrophe. */
export function csvField(value: string | number | boolean | null): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
