import { printable, withEscapes } from './printable.ts'

// Text in YAML that we write. No other code puts quotes around a scalar or text behind a `#`.

/** A letter, digit or underscore first, and nothing that has a meaning in YAML, in any version of it. */
const plain = /^\w(?:[\w @./-]*[\w@./-])?$/
/** Words and numbers of YAML 1.1 and 1.2, dates too: without quotes they would be read as something else than text. */
const notText = /^(?:true|false|yes|no|on|off|y|n|null|\d[\da-fox_.-]*(?:e-?\d+)?|e-?\d+)$/i

/**
 * A scalar that every reader of YAML takes for exactly this text. Plain where that is safe, else in double quotes, with an escape
 * for whatever cannot be printed.
 *
 * @param after text of our own that follows, such as an expression; it is part of the scalar
 */
export function yamlScalar(text: string, after = ''): string {
  if (plain.test(text) && !(after === '' && notText.test(text))) return text + after
  return withEscapes(JSON.stringify(wellFormed(text) + after), (part) => Array.from(part, escaped).join(''))
}

/** Half a surrogate pair is no character that YAML has. */
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd')

/** A comment: one line whatever the text is. */
export const yamlComment = (text: string): string => `# ${printable(text, Infinity)}`

/** JSON and YAML share `\uXXXX`, but not how a character beyond those is written. */
function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
