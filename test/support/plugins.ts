import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { parseAst } from 'rolldown/parseAst'
import { root } from './architecture.ts'

/** A kind of plug-in: a folder with a registry, and the names that nobody outside may use. */
export interface PluginKind {
  /** Folder of `src/`, as `src/gates`. Its own files may use the names. */
  readonly folder: string
  readonly names: readonly string[]
  /** Files outside that may use the names, each with its reason. */
  readonly besides: Readonly<Record<string, string>>
}

/** A place where a name stands as a string literal, a template or a key. */
export interface Use {
  readonly file: string
  readonly name: string
  readonly line: number
}

interface Node {
  readonly type: string
  readonly start: number
  readonly value?: unknown
}

const isTemplateText = (value: unknown): value is { readonly raw: string } =>
  typeof value === 'object' && value !== null && 'raw' in value

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

/** Every use of a name as an identifier of the kind, outside of comments and of longer texts. */
export function uses(kind: PluginKind): Use[] {
  return sourceFiles()
    .filter((file) => !file.startsWith(`${kind.folder}/`) && !Object.hasOwn(kind.besides, file))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      const names = kind.names.filter((name) => text.includes(name))
      return names.length === 0
        ? []
        : literalsIn(text)
            .filter((l) => names.includes(l.name))
            .map((l) => ({ ...l, file }))
    })
}

function sourceFiles(): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && e.name.endsWith('.ts') && !e.name.endsWith('.gen.ts'))
    .map((e) => relative(root, join(e.parentPath, e.name)).split(sep).join('/'))
    .sort()
}

/** String literals of the syntax tree, those of types too, quoted keys, and the texts between the holes of templates. */
export function literalsIn(text: string): { readonly name: string; readonly line: number }[] {
  const found: { name: string; line: number }[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    if (!isNode(value)) return
    const name = value.type === 'TemplateElement' && isTemplateText(value.value) ? value.value.raw : value.value
    if ((value.type === 'Literal' || value.type === 'TemplateElement') && typeof name === 'string') {
      found.push({ name, line: text.slice(0, value.start).split('\n').length })
    }
    if (value.type === 'ImportDeclaration' || value.type === 'ImportExpression') return
    Object.values(value).forEach(visit)
  }
  visit(parseAst(text, { lang: 'ts' }))
  return found
}
