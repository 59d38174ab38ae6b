/**
 * Foreign text is any text that we did not write: names of files, columns and classes, options, messages of libraries. Every
 * place that shows such text passes it through here, so that it can neither break a line nor command a terminal.
 */

/**
 * Not allowed in a line: controls, line breaks, lone surrogates, and everything invisible or that reverses text around it.
 */
const unprintable = String.raw`[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb]`
/**
 * Invisible characters where a script needs them: in emoji, after the ideograph or letter whose form they choose, and as
 * joiners.
 */
const emoji = String.raw`(?=\p{Emoji})(?:\p{RGI_Emoji}|\p{Extended_Pictographic}[\ufe0e\ufe0f])`
const variant = String.raw`\p{Script=Han}[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]|[\p{Script=Mongolian}&&\p{L}][\u180b-\u180d\u180f]`
const joinable = String.raw`[[\p{L}\p{M}]--[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}]]`
const joiner = String.raw`(?<=${joinable})[\u200c\u200d](?=${joinable})`
/** A letter has at most a few marks; a pile of them is drawn over the lines above and below. */
const pile = String.raw`(?<=\p{M}{5})\p{M}+`

/** Nearly every text. Everything in it may be printed, so the expressions below need not be compiled. */
const plain = /^[ -~]*$/
let expressions: { readonly suspect: RegExp; readonly kept: RegExp } | undefined

/** Compiled for the first text that is not plain: it takes a noticeable part of the time of a short command. */
const compiled = () =>
  (expressions ??= {
    suspect: new RegExp(`${unprintable}|\\p{M}{6}`, 'v'),
    kept: new RegExp(`(${emoji}|${variant}|${joiner})|${unprintable}|${pile}`, 'gv'),
  })

/**
 * One line that shows a foreign text. Unprintable characters become `\u001b`, a JSON escape, and text longer than `most`
 * UTF-16 units is truncated between characters.
 */
export function printable(text: string, most = 500): string {
  // The text may be huge, and only its beginning is shown: each character produces at least one.
  return shortened(withEscapes(beginning(text, most + 1), escaped), most)
}

/** The text with an escape, in the form that its reader knows, for each part that must not be printed. */
export function withEscapes(text: string, escape: (part: string) => string): string {
  if (plain.test(text)) return text
  const { suspect, kept } = compiled()
  return suspect.test(text) ? text.replace(kept, (found, whole?: string) => whole ?? escape(found)) : text
}

/** Our own text with several lines: line breaks stay, and every line is printable and complete. */
export const printableLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => printable(line, Infinity))
    .join('\n')

/** At most this many UTF-16 units, and `…` if there was more. */
export const shortened = (text: string, most: number): string => (text.length > most ? `${beginning(text, most)}…` : text)

/** The first UTF-16 units, without half a surrogate pair or a trailing joiner that joins nothing. */
export function beginning(text: string, most: number): string {
  const start = text.slice(0, most)
  return text.length > most ? start.replace(/[\ud800-\udbff]$/, '').replace(/\u200d$/, '') : start
}

const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
