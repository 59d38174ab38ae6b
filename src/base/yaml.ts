import { printable, withEscapes } from './printable.ts'

// Text in YAML that tunegate writes. No other code quotes a scalar or puts text behind a `#`.

/** Starts with a letter, digit or underscore, and contains nothing with a meaning in any version of YAML. */
const plain = /^\w(?:[\w @./-]*[\w@./-])?$/
/** Words and numbers of YAML 1.1 and 1.2, including dates: without quotes they would not be read as text. */
const notText = /^(?:true|false|yes|no|on|off|y|n|null|\d[\da-fox_.-]*(?:e-?\d+)?|e-?\d+)$/i

/**
 * A scalar that every YAML reader reads as exactly this text. Plain if that is safe, otherwise in double quotes, with an
 * escape for everything unprintable.
 *
 * @param after our own text that follows, such as an expression; it is part of the scalar
 */
export function yamlScalar(text: string, after = ''): string {
  if (plain.test(text) && !(after === '' && notText.test(text))) return text + after
  return withEscapes(JSON.stringify(wellFormed(text) + after), (part) => Array.from(part, escaped).join(''))
}

/** Half a surrogate pair is not a character in YAML. */
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd')

/** A comment: one line whatever the text is. */
export const yamlComment = (text: string): string => `# ${printable(text, Infinity)}`

/** JSON and YAML share `\uXXXX`, but write characters beyond those differently. */
function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
