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
      message: 'a spec is one document',
      at,
      hint: 'remove the line --- and what follows it',
    }
  }
  if (error.code === 'NON_STRING_KEY') {
    return { code: 'spec/key', severity: 'error', message: 'a key is a text', at, found: lineAt(text, offset) }
  }
  const unclosed = /^flow (map|sequence)/i.test(error.message)
  const hint = unclosed ? 'is a } or a ] missing above?' : hints[error.code]
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

const hints: { readonly [code: string]: string } = {
  TAB_AS_INDENT: 'indent with blanks',
  BAD_INDENT: 'keys of one map begin in the same column',
  BLOCK_AS_IMPLICIT_KEY: 'a text that holds ": " needs quotes',
  MULTILINE_IMPLICIT_KEY: 'a key ends in a colon on the same line',
  BAD_SCALAR_START: 'a text that begins with a special character needs quotes',
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
