import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './architecture.ts'

/** A worked example of a documentation page: how somebody adds one plug-in. */
export interface WorkedExample {
  /** Heading of its section. */
  readonly title: string
  /** New files by their path, from blocks such as ```ts file=src/gates/x.ts. */
  readonly files: Readonly<Record<string, string>>
  /** Lines to remove and to add by the path of a file that exists, from ```diff file=…. */
  readonly edits: Readonly<Record<string, readonly Edit[]>>
  /** A shell script, from ```sh try. */
  readonly script: string
  /** What the script prints among other lines, in this order, from the block ```text. */
  readonly prints: readonly string[]
}

export interface Edit {
  readonly sign: '+' | '-'
  readonly line: string
}

interface Block {
  readonly info: string
  readonly text: string
}

/** The examples of a page, one a section that has a new file. */
export function workedExamples(page: string): readonly WorkedExample[] {
  const sections = readFileSync(join(root, page), 'utf8').split(/^## /m).slice(1)
  return sections
    .map((section) => exampleOf(section.split('\n')[0] ?? '', blocksOf(section)))
    .filter(({ files }) => Object.keys(files).length > 0)
}

const blocksOf = (text: string): Block[] =>
  [...text.matchAll(/^```(\S.*)\n([\s\S]*?)^```$/gm)].map(([, info = '', body = '']) => ({ info, text: body }))

function exampleOf(title: string, blocks: readonly Block[]): WorkedExample {
  const named = (pattern: RegExp): [string, string][] =>
    blocks.flatMap(({ info, text }) => {
      const path = pattern.exec(info)?.[1]
      return path === undefined ? [] : [[path, text] as [string, string]]
    })
  const plain = (info: string): string =>
    blocks
      .filter((b) => b.info === info)
      .map((b) => b.text)
      .join('')
  return {
    title,
    files: Object.fromEntries(named(/^(?!diff)\S+ file=(\S+)$/)),
    edits: Object.fromEntries(named(/^diff file=(\S+)$/).map(([path, text]) => [path, editsOf(text)])),
    script: plain('sh try'),
    prints: plain('text')
      .split('\n')
      .filter((line) => line !== ''),
  }
}

const editsOf = (text: string): readonly Edit[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const sign = line[0]
      if (sign !== '+' && sign !== '-') throw new Error(`a line of a diff begins with + or -: ${line}`)
      return { sign, line: line.slice(1) }
    })

/**
 * The text of a file after the edits. A removed line must stand there exactly once. Added lines take the place of the
 * removed line before them; those before any are imports, and go to the top.
 */
export function edited(text: string, edits: readonly Edit[]): string {
  let lines = text.split('\n')
  let at = 0
  for (const { sign, line } of edits) {
    if (sign === '+') {
      lines = [...lines.slice(0, at), line, ...lines.slice(at)]
      at += 1
      continue
    }
    const found = lines.flatMap((l, i) => (l === line ? [i] : []))
    if (found.length !== 1) throw new Error(`this line stands there ${found.length} times: ${line}`)
    at = found[0] ?? 0
    lines = lines.filter((_, i) => i !== at)
  }
  return lines.join('\n')
}
