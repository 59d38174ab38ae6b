import { CST, type Parser } from 'yaml'
import type { Diagnostic, SourcePosition } from '../base/diagnostics.ts'

/** A spec is written by hand; anything beyond these limits was not. */
export const limits = { bytes: 1_048_576, depth: 32, nodes: 10_000 } as const

/** For each value, the lexer produces at most about this many tokens (indicators, the blank before, the line's end). */
const tokensPerNode = 8
/** What the parser's stack contains besides the collections: the document, and the current scalar. */
const stackSlack = 4
const mostProblems = 20

const refused: { readonly [type: string]: { readonly code: string; readonly message: string; readonly hint: string } } = {
  anchor: { code: 'spec/anchor', message: 'anchors are not supported', hint: 'write out the value where it is used' },
  alias: {
    code: 'spec/alias',
    message: 'aliases are not supported',
    hint: 'write out the value, or quote a string that begins with *',
  },
  tag: { code: 'spec/tag', message: 'tags are not supported', hint: 'remove the tag, or quote a string that begins with !' },
  'directive-line': { code: 'spec/directive', message: 'directives are not supported', hint: 'remove the line' },
}

/** Watches the lexer, so that what is too large or not allowed is rejected before a tree is built from it. */
export class Guard {
  readonly problems: Diagnostic[] = []
  /** Reading must stop: a limit is exceeded, or there are enough reasons to reject the file. */
  exhausted = false
  private readonly position: (offset: number) => SourcePosition
  private tokens = 0
  private scalarNext = false

  constructor(position: (offset: number) => SourcePosition) {
    this.position = position
  }

  /** Must see each lexeme before the parser does; the parser's offset is then the lexeme's. */
  see(lexeme: string, parser: Parser): void {
    this.tokens++
    if (this.tokens > limits.nodes * tokensPerNode)
      this.stop('spec/too-many-nodes', 'the spec has too many values', `at most ${limits.nodes}`, parser.offset)
    else if (parser.stack.length > limits.depth + stackSlack)
      this.stop('spec/too-deep', 'the spec is nested too deeply', `at most ${limits.depth} levels`, parser.offset)
    else if (!this.scalarNext) this.refuse(lexeme, parser.offset)
    this.scalarNext = !this.scalarNext && lexeme === CST.SCALAR
  }

  private stop(code: string, message: string, allowed: string, offset: number): void {
    this.exhausted = true
    this.problems.push({ code, severity: 'error', message, at: this.position(offset), allowed })
  }

  private refuse(lexeme: string, offset: number): void {
    const rule = refused[CST.tokenType(lexeme) ?? '']
    if (rule === undefined) return
    this.problems.push({ ...rule, severity: 'error', at: this.position(offset), found: lexeme.trim() })
    if (this.problems.length >= mostProblems) this.exhausted = true
  }
}
