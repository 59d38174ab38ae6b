import { Composer, isMap, isScalar, isSeq, Lexer, LineCounter, Parser, type Document, type ParsedNode } from 'yaml'
import type { Diagnostic, SourcePosition } from '../base/diagnostics.ts'
import { err, ok, type Result } from '../base/result.ts'
import { Guard, limits } from './guard.ts'
import { diagnosticOf } from './yaml-errors.ts'

/** A value with the place of everything in it. Offsets count UTF-16 units of the text. */
export interface Located {
  readonly value: unknown
  readonly offset: number
  /** Where its key begins; absent for the root and for the items of a list. */
  readonly keyOffset?: number
  /** Members by key, items by position. */
  readonly children: ReadonlyMap<string, Located>
}

export interface LocatedDocument {
  readonly root: Located
  readonly position: (offset: number) => SourcePosition
}

/**
 * Reads YAML 1.2 (and so JSON) into plain values with their places. Anchors, aliases, merge keys, tags, directives, duplicate
 * keys and several documents are refused: a spec needs none of them, and each has been a way to exhaust or to surprise a reader.
 */
export function readDocument(text: string, file: string): Result<LocatedDocument, Diagnostic[]> {
  const lines = new LineCounter()
  const position = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const tooLarge = sizeProblem(text, file)
  if (tooLarge) return err([tooLarge])

  const guard = new Guard(position)
  const parser = new Parser(lines.addNewLine)
  // The parser itself does this for its first line.
  lines.addNewLine(0)
  const tokens = []
  for (const lexeme of new Lexer().lex(text)) {
    guard.see(lexeme, parser)
    if (guard.exhausted) return err(guard.problems)
    tokens.push(...parser.next(lexeme))
  }
  tokens.push(...parser.end())
  if (guard.problems.length > 0) return err(guard.problems)

  const composer = new Composer({ version: '1.2', schema: 'core', strict: true, uniqueKeys: true, stringKeys: true, prettyErrors: false })
  const [document, another] = [...composer.compose(tokens, true, text.length)]
  if (!document) throw new Error('the composer made no document')
  const problems = document.errors.map((e) => diagnosticOf(e, text, file, position))
  if (another) problems.push({ code: 'spec/multiple-documents', severity: 'error', message: 'a spec is one document', at: position(another.range[0]), hint: 'remove the line --- and what follows it' })
  if (problems.length > 0) return err(problems)
  return convert(document, position)
}

function sizeProblem(text: string, file: string): Diagnostic | undefined {
  const bytes = Buffer.byteLength(text)
  if (bytes <= limits.bytes) return undefined
  return {
    code: 'spec/too-large', severity: 'error', message: 'the spec is too large', at: { file, line: 1, column: 1 },
    found: `${bytes} bytes`, allowed: `at most ${limits.bytes} bytes`,
  }
}

function convert(document: Document.Parsed, position: (offset: number) => SourcePosition): Result<LocatedDocument, Diagnostic[]> {
  const problems: Diagnostic[] = []
  let nodes = 0
  const none: ReadonlyMap<string, Located> = new Map()

  const visit = (node: ParsedNode | null, depth: number, fallback: number, keyOffset?: number): Located => {
    nodes++
    const place = { offset: node?.range[0] ?? fallback, ...(keyOffset === undefined ? {} : { keyOffset }) }
    if (depth > limits.depth) {
      problems.push({ code: 'spec/too-deep', severity: 'error', message: 'the spec is nested too deeply', at: position(place.offset), allowed: `at most ${limits.depth} levels` })
      return { ...place, value: null, children: none }
    }
    if (isMap(node)) return { ...place, ...members(node.items as readonly Pair[], depth) }
    if (isSeq(node)) {
      const items = (node.items as readonly (ParsedNode | null)[]).map((item) => visit(item, depth + 1, place.offset))
      return { ...place, value: items.map((i) => i.value), children: new Map(items.map((item, i) => [String(i), item])) }
    }
    return { ...place, value: isScalar(node) ? node.value : null, children: none }
  }

  const members = (pairs: readonly Pair[], depth: number): Pick<Located, 'value' | 'children'> => {
    const children = new Map<string, Located>()
    for (const { key, value } of pairs) {
      const offset = key.range[0]
      if (!isScalar(key)) throw new Error('the composer let a key pass that is no text')
      if (key.value === '<<' && key.type === 'PLAIN') {
        problems.push({ code: 'spec/merge-key', severity: 'error', message: 'merge keys are not read', at: position(offset), found: '<<', hint: 'write the keys out' })
        continue
      }
      children.set(String(key.value), visit(value, depth + 1, key.range[1], offset))
    }
    // fromEntries defines own members, so that __proto__ is a plain key that the schema does not know.
    return { value: Object.fromEntries([...children].map(([k, child]) => [k, child.value])), children }
  }

  const root = visit(document.contents, 1, 0)
  if (nodes > limits.nodes) problems.push({ code: 'spec/too-many-nodes', severity: 'error', message: 'the spec has too many values', at: position(0), found: String(nodes), allowed: `at most ${limits.nodes}` })
  return problems.length > 0 ? err(problems) : ok({ root, position })
}

interface Pair {
  readonly key: ParsedNode
  readonly value: ParsedNode | null
}
