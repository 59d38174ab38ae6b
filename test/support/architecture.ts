import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** A source file by its path from the repository root, with `/` between folders. */
export interface Source {
  readonly path: string
  readonly text: string
}

export interface Import {
  readonly from: string
  /** A path from the repository root for a relative import; the package or `node:` name otherwise. */
  readonly to: string
  /** `import type` and `export type`: gone from the program. */
  readonly typeOnly: boolean
}

export interface FolderRule {
  readonly may: readonly string[]
  /** Folders of which types may be imported, by `import type` alone. */
  readonly types?: readonly string[] | 'any'
}

/** What each folder of `src/` may import besides itself. */
export const folders: Readonly<Record<string, FolderRule>> = {
  base: { may: [] },
  dsl: { may: ['base'] },
  stats: { may: ['base'] },
  layers: { may: ['base'], types: ['dsl'] },
  records: { may: ['layers', 'base'] },
  data: { may: ['base'], types: ['dsl'] },
  gates: { may: ['stats', 'records', 'base'], types: ['dsl'] },
  diagnose: { may: ['stages', 'stats', 'records', 'base'] },
  train: { may: ['stats', 'data', 'layers', 'records', 'base'] },
  stages: { may: ['stats', 'records', 'base'], types: ['train', 'dsl'] },
  compile: { may: ['dsl', 'data', 'gates', 'stages', 'layers', 'records', 'base'] },
  engines: { may: ['train', 'layers', 'records', 'base'] },
  results: { may: ['engines', 'train', 'diagnose', 'records', 'base'] },
  run: { may: ['stages', 'train', 'records', 'base'] },
  report: { may: ['diagnose', 'gates', 'stages', 'layers', 'records', 'base'], types: 'any' },
  'saved-model': { may: ['report', 'train', 'data', 'layers', 'records', 'base'], types: ['dsl'] },
  github: { may: ['report', 'base'] },
}

/** These start the program or wire its parts together; no folder above imports them, and they may import anything. */
export const entries: readonly RegExp[] = [/^src\/(action|cli|worker|study)\.ts$/, /^src\/(action|cli|study)\//]

/** All files under a folder of the repository that end in one of the suffixes, in order of their paths. */
export function sources(folder: string, suffix = '.ts'): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && e.name.endsWith(suffix))
    .map((e) => join(e.parentPath, e.name))
    .sort()
    .map((file) => ({ path: relative(root, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }))
}

const statement = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm
const dynamic = /(?<!typeof )\bimport\(\s*'([^']+)'/g

/** Static imports and re-exports (they begin a line in this code base) and `import('…')` of a literal. */
export function importsOf({ path, text }: Source): Import[] {
  const resolve = (to: string): string => (to.startsWith('.') ? posix.join(posix.dirname(path), to) : to)
  const still = [...text.matchAll(statement)].map((m) => ({
    from: path,
    to: resolve(m[2] ?? ''),
    typeOnly: m[1] !== undefined,
  }))
  const lazy = [...withoutComments(text).matchAll(dynamic)].map((m) => ({
    from: path,
    to: resolve(m[1] ?? ''),
    typeOnly: false,
  }))
  return [...still, ...lazy]
}

/** Blanks comments and keeps the lines; `//` counts after a blank or at the start of a line, so that addresses stay. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, '')).replace(/(^|\s)\/\/.*$/gm, '$1')
}

const isEntry = (path: string): boolean => entries.some((e) => e.test(path))
const folderOf = (path: string): string => path.split('/')[1] ?? ''

/** What is wrong with an import by the table above, or undefined. */
export function importProblem(i: Import): string | undefined {
  if (i.to.startsWith('src/')) return isEntry(i.from) ? undefined : folderProblem(i)
  if (/^(schema|package\.json)/.test(i.to)) return undefined
  if (i.to.startsWith('@actions/') && folderOf(i.from) !== 'github') return `${i.from} imports ${i.to}; only src/github may`
  if (i.to.startsWith('@tensorflow/tfjs-backend-wasm') && i.from !== 'src/engines/wasm/engine.ts') {
    return `${i.from} imports ${i.to}; only src/engines/wasm/engine.ts may`
  }
  const tensors = ['layers', 'train', 'engines'].includes(folderOf(i.from))
  if (i.to.startsWith('@tensorflow/') && !tensors)
    return `${i.from} imports ${i.to}; only src/layers, src/train and src/engines may`
  return /^(test|bench|validation|scripts|dist|build)\//.test(i.to)
    ? `${i.from} imports ${i.to}, which is no part of the program`
    : undefined
}

function folderProblem(i: Import): string | undefined {
  const [from, to] = [folderOf(i.from), folderOf(i.to)]
  const rule = Object.hasOwn(folders, from) ? folders[from] : undefined
  if (!rule) return `${i.from} is in a folder that the architecture does not have`
  if (isEntry(i.to)) return `${i.from} imports the entry ${i.to}`
  if (from === to || rule.may.includes(to)) return undefined
  const types = rule.types === 'any' || rule.types?.includes(to)
  if (types && i.typeOnly) return undefined
  return `${i.from} imports ${i.to}; ${from} may import ${rule.may.join(', ') || 'nothing'}${types ? `, and only types of ${to}` : ''}`
}

/** The first cycle of imports, those of types included, as a path of files. */
export function cycle(imports: readonly Import[]): string[] | undefined {
  const edges = new Map<string, Import[]>()
  for (const i of imports.filter(({ to }) => to.startsWith('src/'))) {
    edges.set(i.from, [...(edges.get(i.from) ?? []), i])
  }
  const done = new Set<string>()
  const visit = (file: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file]
    if (done.has(file)) return undefined
    const found = (edges.get(file) ?? []).map((i) => visit(i.to, [...trail, file])).find((c) => c !== undefined)
    done.add(file)
    return found
  }
  return [...edges.keys()].map((file) => visit(file, [])).find((c) => c !== undefined)
}
