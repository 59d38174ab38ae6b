import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

/** A table as a person reads it, on the terminal and in the committed file alike. */
export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function markdownOf({ title, head, rows }: Table): string {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const padded = (cells: readonly string[]): string[] => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0))
  const line = (cells: readonly string[]): string => `| ${padded(cells).join(' | ')} |`
  return [`### ${title}`, '', line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

/** JSON with a line for each member down to a depth, and what is deeper on one line: a diff then shows what changed. */
export function jsonLines(value: unknown, depth: number, indent = ''): string {
  if (depth === 0 || typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent} `
  const isList = Array.isArray(value)
  const items = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${inner}${isList ? '' : `${JSON.stringify(key)}: `}${jsonLines(member, depth - 1, inner)}`)
  const [open, close] = isList ? '[]' : '{}'
  return items.length === 0 ? `${open}${close}` : `${open}\n${items.join(',\n')}\n${indent}${close}`
}

/** The machine and the programs that figures belong to. */
export function machineLine(versions: Readonly<Record<string, string>>): string {
  const [first] = cpus()
  const listed = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
  return (
    `${new Date().toISOString().slice(0, 10)}; ${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}, ` +
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${release()}; ` +
    `Node ${process.version}${listed ? `, ${listed}` : ''}`
  )
}

const mark = (name: string, end: boolean): string => `<!-- ${end ? 'end of ' : ''}${name}, written by the benchmark -->`

/** Replaces one part of a results file and leaves what people wrote around it. */
export function writePart(file: string, name: string, lines: readonly string[]): void {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '# Engine benchmarks\n'
  const [start, end] = [mark(name, false), mark(name, true)]
  const part = `${start}\n${lines.join('\n\n')}\n${end}`
  const [from, to] = [before.indexOf(start), before.indexOf(end)]
  const isNew = from < 0 || to < 0
  const text = isNew ? `${before.trimEnd()}\n\n${part}\n` : before.slice(0, from) + part + before.slice(to + end.length)
  writeFileSync(file, text)
}
