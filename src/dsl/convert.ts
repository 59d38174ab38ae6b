import { isMap, isScalar, isSeq, type Document, type ParsedNode } from 'yaml'
import type { Diagnostic, SourcePosition } from '../base/diagnostics.ts'
import { limits } from './guard.ts'

/** A value with the place of everything in it. */
export interface Located {
  readonly value: unknown
  readonly offset: number
  /** Where its key begins; absent for the root and for list items. */
  readonly keyOffset?: number
  /** Members by key, items by position. */
  readonly children: ReadonlyMap<string, Located>
}

interface Pair {
  readonly key: ParsedNode
  readonly value: ParsedNode | null
}

type Content = Pick<Located, 'value' | 'children'>

const nothing: ReadonlyMap<string, Located> = new Map()

/** Nodes of the YAML library → plain values, each with its offset. Counts them and their depth. */
export class Converter {
  readonly problems: Diagnostic[] = []
  private readonly position: (offset: number) => SourcePosition
  private nodes = 0

  constructor(position: (offset: number) => SourcePosition) {
    this.position = position
  }

  convert({ contents }: Document.Parsed): Located {
    const root = this.visit(contents, 1, 0)
    if (this.nodes > limits.nodes) {
      const [found, allowed] = [String(this.nodes), `at most ${limits.nodes}`]
      this.report('spec/too-many-nodes', 'the spec has too many values', 0, { found, allowed })
    }
    return root
  }

  /** @param fallback where the value would be if its key had one */
  private visit(node: ParsedNode | null, depth: number, fallback: number, keyOffset?: number): Located {
    this.nodes++
    const offset = node?.range[0] ?? fallback
    return { offset, ...(keyOffset === undefined ? {} : { keyOffset }), ...this.content(node, depth, offset) }
  }

  private content(node: ParsedNode | null, depth: number, offset: number): Content {
    if (depth > limits.depth) {
      this.report('spec/too-deep', 'the spec is nested too deeply', offset, { allowed: `at most ${limits.depth} levels` })
      return { value: null, children: nothing }
    }
    if (isMap(node)) return this.members(node.items as readonly Pair[], depth)
    if (isSeq(node)) return this.items(node.items as readonly (ParsedNode | null)[], depth, offset)
    return { value: isScalar(node) ? node.value : null, children: nothing }
  }

  private items(nodes: readonly (ParsedNode | null)[], depth: number, offset: number): Content {
    const items = nodes.map((node) => this.visit(node, depth + 1, offset))
    return { value: items.map((i) => i.value), children: new Map(items.map((item, i) => [String(i), item])) }
  }

  private members(pairs: readonly Pair[], depth: number): Content {
    const children = new Map<string, Located>()
    for (const { key, value } of pairs) {
      if (!isScalar(key)) throw new Error('the composer accepted a key that is not text')
      const [start, end] = key.range
      if (key.value === '<<' && key.type === 'PLAIN') {
        this.report('spec/merge-key', 'merge keys are not supported', start, { found: '<<', hint: 'write out the keys' })
      } else if (children.has(String(key.value))) {
        const found = String(key.value).slice(0, 100)
        this.report('spec/duplicate-key', 'the map has the same key twice', start, { found, hint: 'remove one of them' })
      } else {
        children.set(String(key.value), this.visit(value, depth + 1, end, start))
      }
    }
    // fromEntries defines own members, so __proto__ becomes a plain key that the schema does not know.
    return { value: Object.fromEntries([...children].map(([key, child]) => [key, child.value])), children }
  }

  private report(code: string, message: string, offset: number, more: Pick<Diagnostic, 'found' | 'allowed' | 'hint'>): void {
    this.problems.push({ code, severity: 'error', message, at: this.position(offset), ...more })
  }
}
