import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, sources } from './support/architecture.ts'
import { anchorsOf, linksOf } from './support/markdown.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const hidden = ['.git', '.tunegate', 'build', 'dist', 'node_modules']
/** Every page of the repository. */
const pages = readdirSync(root, { withFileTypes: true })
  .filter(({ name }) => !hidden.includes(name))
  .flatMap((entry) =>
    entry.isDirectory()
      ? sources(entry.name, '.md').map(({ path }) => path)
      : entry.name.endsWith('.md')
        ? [entry.name]
        : [],
  )

/** Why a relative link of a page leads nowhere; undefined for one that leads somewhere. */
function broken(page: string, link: string): string | undefined {
  const [target = '', anchor] = link.split('#')
  const path = target === '' ? page : posix.join(posix.dirname(page), decodeURI(target))
  if (path.startsWith('..')) return `${link}: leaves the repository`
  if (!existsSync(join(root, path))) return `${link}: there is no ${path}`
  if (anchor === undefined) return undefined
  if (statSync(join(root, path)).isDirectory() || !path.endsWith('.md')) return `${link}: ${path} has no anchors`
  return anchorsOf(read(path)).includes(anchor) ? undefined : `${link}: ${path} has no heading of that name`
}

describe('the links of a page', () => {
  it.each(pages)('lead from %s to files and headings that exist', (page) => {
    expect(
      linksOf(read(page))
        .map((link) => broken(page, link))
        .filter((problem) => problem !== undefined),
    ).toEqual([])
  })

  it('are found: pages link to each other and to pictures', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'SECURITY.md', 'docs/README.md', 'docs/validation/gates.md']))
    expect(linksOf(read('README.md'))).toEqual(expect.arrayContaining(['docs/images/report.png', 'SECURITY.md']))
  })

  it('reach every page of docs/ from its index', () => {
    const reached = linksOf(read('docs/README.md')).map((link) => posix.join('docs', link))
    // Summaries in the gallery are what the program wrote; its page links them.
    const isOutput = (page: string): boolean => /^docs\/gallery\/[^/]+\/summary\.md$/.test(page)
    const below = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md' && !isOutput(page))
    expect(below.filter((page) => !reached.includes(page))).toEqual([])
  })

  it.each([
    ['docs/README.md', 'missing.md', 'missing.md: there is no docs/missing.md'],
    ['docs/README.md', '#no-such-heading', '#no-such-heading: docs/README.md has no heading of that name'],
    ['README.md', '../other', '../other: leaves the repository'],
    ['README.md', 'examples/wine#x', 'examples/wine#x: examples/wine has no anchors'],
    ['README.md', 'docs/spec.md#datachecks', undefined],
  ])('of %s, %s, are judged', (page, link, problem) => {
    expect(broken(page, link)).toBe(problem)
  })

  it('stand outside of code', () => {
    expect(
      linksOf('a [b](c.md) `[d](e.md)`\n```\n[f](g.md)\n```\n![h](i.png) [j](https://k.example) [![l](m.png)](n.md)'),
    ).toEqual(['c.md', 'i.png', 'm.png', 'n.md'])
  })

  it('name headings as GitHub does', () => {
    expect(anchorsOf('# A b\n## `data.checks`\n```\n# no heading\n```\n## A b\n### What [it](x.md) says, twice')).toEqual([
      'a-b',
      'datachecks',
      'a-b-1',
      'what-it-says-twice',
    ])
  })
})
