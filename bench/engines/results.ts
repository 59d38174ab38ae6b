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
