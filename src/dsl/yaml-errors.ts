import type { YAMLParseError } from 'yaml'
import type { Diagnostic, SourcePosition } from '../base/diagnostics.ts'

/** What the YAML parser found, with the line where it found it. */
export function diagnosticOf(
  error: YAMLParseError,
  text: string,
  file: string,
  position: (offset: number) => SourcePosition,
): Diagnostic {
  const [offset] = error.pos
  const at = position(offset)
  if (error.code === 'MULTIPLE_DOCS') {
    return {
      code: 'spec/multiple-documents',
      severity: 'error',
      message: 'the file has several YAML documents',
      at,
      hint: 'remove the line --- and everything after it',
    }
  }
  if (error.code === 'NON_STRING_KEY') {
    return { code: 'spec/key', severity: 'error', message: 'a key must be a string', at, found: lineAt(text, offset) }
  }
  const unclosed = /^flow (map|sequence)/i.test(error.message)
  const hint = unclosed ? 'check for a missing } or ] above' : hints[error.code]
  const found = lineAt(text, offset)
  return {
    code: 'spec/syntax',
    severity: 'error',
    message: `not ${file.endsWith('.json') ? 'JSON' : 'YAML'}: ${lowered(error.message)}`,
    at,
    ...(found === '' ? {} : { found }),
    ...(hint === undefined ? {} : { hint }),
  }
}

/** Errors in the layout of lines. */
const layout: ReadonlySet<string> = new Set([
  'TAB_AS_INDENT',
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'MULTILINE_IMPLICIT_KEY',
])

/** In the order of the text. After one wrong indent, the parser stumbles over most later lines; only the first says why. */
export function withoutRepeats(errors: readonly YAMLParseError[]): YAMLParseError[] {
  const sorted = errors.toSorted((a, b) => a.pos[0] - b.pos[0])
  const first = sorted.find(({ code }) => layout.has(code))
  return sorted.filter((error) => error === first || !layout.has(error.code))
}

const hints: { readonly [code: string]: string } = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'start all keys of a map in the same column',
  BLOCK_AS_IMPLICIT_KEY: 'quote a string that contains ": ", or start all keys of a map in the same column',
  MULTILINE_IMPLICIT_KEY: 'end a key with a colon on the same line',
  BAD_SCALAR_START: 'quote a string that begins with a special character',
}

const lowered = (message: string): string => `${message.charAt(0).toLowerCase()}${message.slice(1)}`

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  return text
    .slice(start, end < 0 ? undefined : end)
    .trim()
    .slice(0, 100)
}
