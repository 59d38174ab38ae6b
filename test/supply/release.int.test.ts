import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { root, sources } from '../support/architecture.ts'
import { needs } from '../support/tools.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, string>>
}

interface Workflow {
  readonly jobs: { readonly release: { readonly steps: readonly Step[] } }
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const { steps } = (parse(read('.github/workflows/release.yml')) as Workflow).jobs.release
const attestations = steps.filter((step) => step.uses?.startsWith('actions/attest@')).map((step) => step.with ?? {})

/** What a step of the release says, run as a runner runs it, in a checkout with these files. */
function ran(program: string, files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'release-'))
  for (const file of files) cpSync(join(root, file), join(folder, file), { recursive: true })
  const script = steps.find((step) => step.run?.startsWith(`${program} `))?.run ?? ''
  expect(script).not.toBe('')
  const { status, stderr } = spawnSync('bash', ['-e', '-c', script], { cwd: folder, encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return folder
}

describe('the list of packages of a release', () => {
  interface Component {
    readonly name: string
    readonly version: string
    readonly scope: string
    readonly purl: string
    readonly 'bom-ref': string
    readonly hashes: readonly { readonly alg: string; readonly content: string }[]
  }
  interface Sbom {
    readonly metadata: { readonly component: { readonly purl: string; readonly 'bom-ref': string } }
    readonly components: readonly Component[]
    readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
  }
  interface Manifest {
    readonly version: string
    readonly dependencies: Readonly<Record<string, string>>
    readonly devDependencies: Readonly<Record<string, string>>
  }
  const { version, dependencies: direct, devDependencies: development } = JSON.parse(read('package.json')) as Manifest
  const folder = ran('npm sbom', ['package.json', 'package-lock.json', '.npmrc'])
  const text = readFileSync(join(folder, 'tunegate.cdx.json'), 'utf8')
  const { metadata, components, dependencies } = JSON.parse(text) as Sbom
  const scope = new Map(components.map((one) => [`${one.name} ${one.version}`, one.scope]))

  it('is CycloneDX by its schema, which finds what is wrong with another', (context) => {
    const python = needs(context, 'python-sbom')
    const said = (input: string): string =>
      spawnSync(python, [join(root, 'test/supply/validate_sbom.py')], { input, encoding: 'utf8' }).stdout.trim()
    expect(said(text)).toBe('valid')
    const other = { ...JSON.parse(text), dependencies: [], components: [{ type: 'no such thing', name: 'x' }] }
    expect(said(JSON.stringify(other))).toContain('no such thing')
  })

  it('has every package whose code the bundle holds, and marks those of development', () => {
    const bundled = [...read('dist/licenses.txt').matchAll(/^(\S+ \d+\.\d+\.\S+) \(.*\)$/gm)].map((match) => match[1] ?? '')
    expect(bundled.length).toBeGreaterThan(50)
    const listed = [...bundled, ...Object.entries(direct).map((one) => one.join(' '))]
    // What ncc adds to a bundle is a line or two of its own.
    expect(listed.filter((one) => scope.get(one) !== 'required' && !one.startsWith('@vercel/ncc '))).toEqual([])
    for (const tool of ['vitest', 'esbuild', 'axe-core']) expect(scope.get(`${tool} ${development[tool]}`)).toBe('optional')
  })

  it('names each by what the lock file pins, and what needs it', () => {
    expect(metadata.component.purl).toBe(`pkg:npm/tunegate@${version}`)
    for (const one of components) {
      expect(
        one.hashes.map(({ alg }) => alg),
        one.purl,
      ).toContain('SHA-512')
      expect(one.purl).toMatch(new RegExp(`^pkg:npm/.+@${one.version.replace(/[.+]/g, '\\$&')}$`))
    }
    const known = new Set([metadata.component['bom-ref'], ...components.map((one) => one['bom-ref'])])
    const named = dependencies.flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn])
    expect(named.filter((ref) => !known.has(ref))).toEqual([])
  })

  it('is signed as what the tarball is built from, and released beside it', () => {
    const signed = attestations.filter((one) => 'sbom-path' in one)
    expect(signed).toEqual([{ 'subject-path': 'tunegate.tar.gz', 'sbom-path': 'tunegate.cdx.json' }])
    expect(steps.at(-1)?.run).toContain('gh release create "$TAG" tunegate.tar.gz tunegate.cdx.json ')
  })
})

describe('the tarball of a release', () => {
  const parts = ['action.yml', 'dist', 'schema', 'LICENSE']
  const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

  it('has the same bytes wherever it is packed, and starts', () => {
    const [one, other] = [ran('tar', parts), ran('tar', parts)]
    expect(digest(join(one, 'tunegate.tar.gz'))).toBe(digest(join(other, 'tunegate.tar.gz')))
    const unpacked = mkdtempSync(join(tmpdir(), 'unpacked-'))
    expect(spawnSync('tar', ['-xzf', join(one, 'tunegate.tar.gz')], { cwd: unpacked }).status).toBe(0)
    const { stdout } = spawnSync(process.execPath, ['dist/cli/index.js', '--help'], { cwd: unpacked, encoding: 'utf8' })
    expect(stdout).toContain('Usage: node dist/cli/index.js')
  })

  it('is signed with every file that the action is made of', () => {
    const subjects = attestations
      .filter((one) => !('sbom-path' in one))
      .flatMap((one) => one['subject-path']?.trim().split('\n') ?? [])
    const inDist = 'dist/**/*'
    const names = (subject: string, path: string): boolean =>
      subject === path ||
      (subject.startsWith(inDist) && path.startsWith('dist/') && path.endsWith(subject.slice(inDist.length)))
    const signed = (path: string): boolean => subjects.some((subject) => names(subject, path))
    const files = [...sources('dist', '').map(({ path }) => path), 'action.yml', 'tunegate.tar.gz', 'tunegate.cdx.json']
    expect(files.length).toBeGreaterThan(8)
    expect(files.filter((path) => !signed(path))).toEqual([])
  })

  it('is verified in SECURITY.md by what the workflow signs', () => {
    const page = read('SECURITY.md')
    const sbom = 'verify tunegate.tar.gz --predicate-type https://cyclonedx.org/bom'
    expect(page).toContain('--signer-workflow tunegate/tunegate/.github/workflows/release.yml')
    for (const line of ['verify tunegate.tar.gz', 'verify tunegate.cdx.json', sbom]) expect(page).toContain(`\n${line}\n`)
    expect(page).toContain('git ls-files action.yml dist')
  })
})
