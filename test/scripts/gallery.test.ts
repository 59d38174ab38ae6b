import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scriptHash } from '../../src/report/html/script.gen.ts'
import { style } from '../../src/report/html/style.ts'
import { galleryPage, studies, unknownNames } from '../../scripts/gallery-studies.ts'
import { root } from '../support/architecture.ts'

const at = (...path: readonly string[]): string => join(root, 'docs/gallery', ...path)
const textOf = (...path: readonly string[]): string => readFileSync(at(...path), 'utf8')

describe('the gallery', () => {
  it('says which studies there are when a name is wrong', () => {
    expect(unknownNames(['tabular', 'text'])).toBeNull()
    expect(unknownNames(['text', 'tabula'])).toBe(
      'The gallery has no study tabula. Did you mean "tabular"? It has tabular, image, text, regression, own-script; ' +
        'without a name, all are made.',
    )
  })

  it('has the page that its script writes, linked from the README', () => {
    expect(textOf('README.md')).toBe(galleryPage((name) => textOf(name, 'summary.md')))
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('docs/gallery/README.md')
  })

  it.each(studies.map(({ name }) => name))(
    '%s: every link leads to a file, and the report has the form of today',
    (name) => {
      const links = [...textOf('README.md').matchAll(/\]\(([^)]+)\)/g)].map((m) => m[1] ?? '')
      const own = links.filter((link) => link.startsWith(`${name}/`))
      expect(own.length).toBeGreaterThanOrEqual(4)
      for (const link of own) expect(existsSync(at(link)), link).toBe(true)
      const page = textOf(name, 'report.html')
      // Written by this version of the page: its script, and its style.
      expect(page, 'run npm run gallery').toContain(scriptHash)
      expect(page, 'run npm run gallery').toContain(style)
      expect(statSync(at(name, 'report.html')).size).toBeLessThan(900_000)
      expect(statSync(at(name, 'report.png')).size).toBeLessThan(300_000)
    },
  )
})
