import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The licences of all packages (folders below `node_modules/`) whose code is distributed; equal texts are given once. */
export function licenses(root: string, packages: ReadonlySet<string>): string {
  const byText = new Map<string, Set<string>>()
  for (const folder of [...packages].sort()) {
    const { title, text } = licence(join(root, 'node_modules', folder))
    byText.set(text, (byText.get(text) ?? new Set()).add(title))
  }
  const sections = [...byText].map(([text, titles]) => `${[...titles].join('\n')}\n\n${text}`)
  return `${['The files in this folder contain code of these packages.', ...sections].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly homepage?: string
  readonly repository?: string | { readonly url?: string }
}

function licence(folder: string): { readonly title: string; readonly text: string } {
  const { name, version, license, homepage, repository } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Manifest
  const files = readdirSync(folder)
    .filter((f) => /^(licen[cs]e|copying|notice)/i.test(f))
    .sort()
  const texts = files.map((f) => readFileSync(join(folder, f), 'utf8').replace(/\r\n/g, '\n').trim())
  const source = (typeof repository === 'string' ? repository : repository?.url) ?? homepage ?? ''
  const text = texts.join('\n\n') || withoutFile(license ?? '', source)
  return { title: `${name} ${version} (${license ?? 'licence not named'})`, text }
}

/** A licence that asks to be told by name: its text and the sources are where this says. */
function withoutFile(license: string, source: string): string {
  const where =
    source === '' ? '' : ` Its sources: ${source.replace(/^git@([^:]+):/, 'https://$1/').replace(/^git\+|\.git$/g, '')}.`
  return `(The package has no licence file.${/^[\w.+-]+$/.test(license) ? ` The licence: https://spdx.org/licenses/${license}.html.` : ''}${where})`
}
