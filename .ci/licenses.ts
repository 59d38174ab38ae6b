import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The licences of all packages (folders below `node_modules/`) whose code is distributed, in order of their names. */
export function licenses(root: string, packages: ReadonlySet<string>): string {
  const sections = [...packages].sort().map((name) => section(join(root, 'node_modules', name)))
  const unique = [...new Set(sections)]
  return ['The files in this folder contain code of the following packages.', ...unique].join(`\n\n${'-'.repeat(80)}\n\n`) + '\n'
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
}

function section(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const texts = readdirSync(folder).filter((f) => /^(licen[cs]e|copying|notice)/i.test(f)).sort()
    .map((f) => readFileSync(join(folder, f), 'utf8').replace(/\r\n/g, '\n').trim())
  return [`${name} ${version} (${license ?? 'licence not named'})`, ...texts].join('\n\n')
}
