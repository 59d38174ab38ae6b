import { Composer, Lexer, LineCounter, Parser, type CST, type Document } from 'yaml'
import type { Diagnostic, SourcePosition } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import { Converter, type Located } from './convert.ts'
import { Guard, limits } from './guard.ts'
import { diagnosticOf, withoutRepeats } from './yaml-errors.ts'

export interface LocatedDocument {
  readonly root: Located
  readonly position: Position
}

/** The position of an offset, which counts UTF-16 units of the text. */
export type Position = (offset: number) => SourcePosition

/**
 * Reads YAML 1.2 (and therefore JSON) into plain values with their places. Rejects anchors, aliases, merge keys, tags,
 * directives, duplicate keys and multiple documents: a spec needs none of them, and each has been a way to exhaust or
 * surprise a reader.
 */
export function readDocument(text: string, file: string): Result<LocatedDocument, Diagnostic[]> {
  const bytes = Buffer.byteLength(text)
  if (bytes > limits.bytes) return err([tooLarge(bytes, file)])

  const lines = new LineCounter()
  const position: Position = (offset) => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  // 1. Text → tokens, under guard: rejected input is rejected here, before a tree is built from it.
  const tokens = guardedTokens(text, lines, position)
  if (!tokens.ok) return tokens

  // 2. Tokens → one document.
  const document = composed(tokens.value, text, file, position)
  if (!document.ok) return document

  // 3. Document → plain values with their positions.
  const converter = new Converter(position)
  const root = converter.convert(document.value)
  return converter.problems.length > 0 ? err(converter.problems) : ok({ root, position })
}

function guardedTokens(text: string, lines: LineCounter, position: Position): Result<CST.Token[], Diagnostic[]> {
  const guard = new Guard(position)
  const parser = new Parser(lines.addNewLine)
  // If the parser has its own lexer, it counts the first line by itself.
  lines.addNewLine(0)
  const tokens: CST.Token[] = []
  for (const lexeme of new Lexer().lex(text)) {
    guard.see(lexeme, parser)
    if (guard.exhausted) return err(guard.problems)
    tokens.push(...parser.next(lexeme))
  }
  tokens.push(...parser.end())
  return guard.problems.length > 0 ? err(guard.problems) : ok(tokens)
}

/** The converter finds equal keys, because the library compares each key with every other. */
const options = { schema: 'core', strict: true, uniqueKeys: false, stringKeys: true, prettyErrors: false } as const

/** One mistake can turn every character after it into an error. */
const mostErrors = 99

const moreErrors = (count: number): Diagnostic => ({
  code: 'spec/more',
  severity: 'error',
  message: `${count.toLocaleString('en')} more problems not listed`,
  unlisted: count,
})

type Composed = Result<Document.Parsed, Diagnostic[]>

function composed(tokens: CST.Token[], text: string, file: string, position: Position): Composed {
  const [document, another] = [...new Composer(options).compose(tokens, true, text.length)]
  if (!document) throw new Error('the composer made no document')
  const errors = withoutRepeats(document.errors)
  const problems = errors.slice(0, mostErrors).map((e) => diagnosticOf(e, text, file, position))
  if (errors.length > mostErrors) problems.push(moreErrors(errors.length - mostErrors))
  if (another) problems.push(secondDocument(position(another.range[0])))
  return problems.length > 0 ? err(problems) : ok(document)
}

function secondDocument(at: SourcePosition): Diagnostic {
  const hint = 'remove the line --- and everything after it'
  return { code: 'spec/multiple-documents', severity: 'error', message: 'the file has several YAML documents', at, hint }
}

function tooLarge(bytes: number, file: string): Diagnostic {
  return {
    code: 'spec/too-large',
    severity: 'error',
    message: 'the spec is too large',
    at: { file, line: 1, column: 1 },
    found: `${bytes} bytes`,
    allowed: `at most ${limits.bytes} bytes`,
  }
}
