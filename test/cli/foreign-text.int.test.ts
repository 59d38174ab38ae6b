import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { exportNames } from '../../src/report/exports/index.ts'
import { root } from '../support/architecture.ts'
import { tunegate, workFolder } from '../support/cli.ts'
import { breakingName, breakingNames, harmIn, hidingName, mark } from '../support/hostile.ts'
import { accuracyOf, wineSpec } from '../support/specs.ts'

// The command line as it is published, with folders, files, columns, classes and options from the worst of worlds.
const deep = `${hidingName}/${breakingName}`
const [spec, broken, invalid] = [`${deep}/tuning.yml`, `${deep}/broken.yml`, `${deep}/invalid.yml`]
const data = `${hidingName}/${breakingName}.csv`
const out = `${deep}/out`
let folder: string

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
const columns = [breakingName, hidingName, 'plain']
const classes = [breakingName, hidingName, ...breakingNames.slice(0, 3)]

/** @param wrong a cell that is no number, instead of the first */
function table(wrong?: string): string {
  const rows = Array.from({ length: 200 }, (_, i) =>
    [
      ...columns.map((_, j) =>
        wrong !== undefined && i === 5 && j === 0
          ? quoted(wrong)
          : String(((i * 37 + j * 11) % 97) / 97 + (i % classes.length)),
      ),
      quoted(classes[i % classes.length] ?? ''),
    ].join(','),
  )
  return `${[...columns, `target ${breakingName}`].map(quoted).join(',')}\n${rows.join('\n')}\n`
}

const specOf = (source: string): string =>
  JSON.stringify({
    version: 1,
    name: 'foreign',
    task: 'classification',
    data: { source, target: `target ${breakingName}`, inputs: { numeric: columns } },
    model: { layers: [{ dense: { units: 'classes' } }] },
    levers: { optimization: { learningRate: 0.01 }, scheduling: { epochs: 3, warmupSteps: 0 } },
    stages: [{ verify: { seeds: 3 } }],
    gates: [{ threshold: { metric: 'accuracy', min: 0.999 } }],
  })

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

beforeAll(async () => {
  folder = workFolder()
  put(data, table())
  put(`${deep}/wrong.csv`, table(`${breakingName} ${hidingName}`))
  put(spec, specOf(`../${breakingName}.csv`))
  put(broken, specOf('wrong.csv'))
  put(
    invalid,
    JSON.stringify({
      version: 1,
      [breakingName]: hidingName,
      name: breakingName,
      data: { source: breakingName, target: hidingName },
    }),
  )
  put(
    `${deep}/curves.csv`,
    `step,loss,${quoted(breakingName)}\n${Array.from({ length: 30 }, (_, i) => `${i},${1 / (i + 1)},${i}\n`).join('')}`,
  )
  put(`${deep}/bad-curves.csv`, `step,loss\n1,${quoted(breakingName)}\n2,${quoted(hidingName)}\n`)
  put(`${deep}/old/report.json`, JSON.stringify({ version: 1, [breakingName]: hidingName }))
  put(
    `${deep}/workflow.yml`,
    `jobs:\n  a:\n    steps:\n      - uses: "${breakingName.replace(/[^ -~]| /g, '')}"@x\u001b[31m\n`,
  )
  await ran(['run', spec, '--engine', 'wasm', '--workers', '2', '--out', out], 1)
})

/** What a command printed did no harm; a file of Markdown may break mentions and links apart. */
async function ran(args: readonly string[], code: number, kind?: 'markdown'): Promise<string> {
  const ended = await tunegate(folder, args)
  const said = `${ended.out}${ended.err}`
  expect([ended.code, harmIn(ended.out, kind), harmIn(ended.err)], JSON.stringify([args, said.slice(0, 2000)])).toEqual([
    code,
    [],
    [],
  ])
  expect(ended.err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m)
  return said
}

describe('attack 16: the terminal is not commanded by', () => {
  const commands: readonly (readonly [what: string, args: readonly string[], code: number, kind?: 'markdown'])[] = [
    ['a spec that is checked', ['validate', spec], 0],
    ['a spec that is checked without its data', ['validate', spec, '--no-data'], 0],
    ['a spec that is not there', ['validate', `${deep}/no.yml`], 2],
    ['a spec that is a folder', ['validate', deep], 2],
    ['a spec with foreign keys and values', ['validate', invalid], 2],
    ['cells of its data', ['validate', broken], 2],
    ['a spec that is data', ['validate', data], 2],
    ['a plan', ['plan', spec], 0],
    ['a plan as JSON', ['plan', spec, '--format', 'json'], 0],
    ['a plan as Mermaid', ['plan', spec, '--format', 'mermaid'], 0],
    ['a workflow', ['compile', spec, '--target', 'workflow'], 0],
    ['a workflow that is written', ['compile', spec, '--target', 'workflow', '--output', `${deep}/new.yml`], 0],
    ['a workflow that is not there', ['compile', spec, '--target', 'workflow', '--output', `${deep}/no.yml`, '--check'], 1],
    [
      'a workflow that names an action oddly',
      ['compile', spec, '--target', 'workflow', '--output', `${deep}/workflow.yml`, '--check'],
      2,
    ],
    ['an action', ['compile', spec, '--target', 'workflow', '--uses', `${breakingName}@${hidingName}`], 2],
    ['a report as JSON', ['run', spec, '--engine', 'wasm', '--out', out, '--json'], 1],
    ['a baseline', ['run', spec, '--engine', 'wasm', '--baseline', `${deep}/no.json`], 2],
    ['two baselines', ['run', spec, '--baseline', breakingName, '--base-spec', hidingName], 2],
    ['a spec as baseline', ['run', spec, '--engine', 'wasm', '--base-spec', `${deep}/no.yml`], 2],
    ['a stage', ['run', spec, '--stages', breakingName], 2],
    ['a folder that cannot be one', ['run', spec, '--engine', 'wasm', '--out', spec], 2],
    ['gates', ['gate', out], 1],
    ['gates as JSON', ['gate', out, '--json'], 1],
    ['gates of a report that is none', ['gate', `${deep}/old`], 2],
    ['a report', ['report', out], 0],
    ['a report in Markdown', ['report', out, '--format', 'markdown'], 0, 'markdown'],
    ['a report in JSON', ['report', out, '--format', 'json'], 0],
    ['a report that is none', ['report', `${deep}/old`], 2],
    ['a comparison', ['report', 'compare', out, out], 0, 'markdown'],
    ['a comparison in JSON', ['report', 'compare', out, out, '--format', 'json'], 0],
    ...exportNames.map(
      (to) => [`an export to ${to}`, ['report', 'export', out, '--to', to, '--output', `${deep}/to ${to}`], 0] as const,
    ),
    ['an export into a folder that is there', ['report', 'export', out, '--to', 'dvc', '--output', out], 2],
    ['curves', ['diagnose', `${deep}/curves.csv`, out], 0],
    ['curves as JSON', ['diagnose', `${deep}/curves.csv`, '--json'], 0],
    ['curves that are none', ['diagnose', `${deep}/bad-curves.csv`, `${deep}/no.csv`], 2],
    ['a spec that is there', ['init', data, '--output', spec], 2],
    ['a column', ['init', data, '--output', `${deep}/other.yml`, '--target', `${breakingName}x`], 2],
    ['a workflow for comments', ['init', '--github', '--output', spec], 2],
    ['its action', ['init', '--github', '--uses', breakingName], 2],
    ['data that are not there', ['init', `${deep}/no.csv`], 2],
    ['a folder of engines', ['engine', 'status', '--dir', deep], 0],
    ['a folder of engines as JSON', ['engine', 'status', '--dir', deep, '--json'], 0],
    ['a folder with files of an engine', ['engine', 'install', '--dir', `${deep}/engine`, '--from', `${deep}/old`], 2],
    ['a command that there is not', [breakingName], 2],
    ['a command that is nearly one', [`validat${hidingName}`], 2],
    ['an option', ['run', spec, `--${breakingName}`], 2],
    ['a choice', ['run', spec, '--engine', breakingName], 2],
    ['a number', ['run', spec, '--seeds', hidingName], 2],
    ['an argument too many', ['validate', spec, breakingName], 2],
    ['help for a command that there is not', ['help', breakingName], 2],
  ]
  test.each(commands.map(([what, ...rest]) => ({ what, rest })))(
    'attack 16: $what',
    async ({ rest: [args, code, kind] }) => {
      await ran(args, code, kind)
    },
  )

  test('attack 16: what the commands wrote', async () => {
    await ran(['report', 'compare', out, out, '--html', `${deep}/page.html`], 0, 'markdown')
    await ran(['init', data, '--output', `${deep}/begun.yml`], 0)
    for (const name of ['summary.md', 'report.html', 'report.json', 'tuning.lock.json', 'lineage.jsonl']) {
      expect(harmIn(readFileSync(join(folder, out, name), 'utf8'), 'markdown'), name).toEqual([])
    }
    const curves = join(folder, out, 'curves')
    for (const name of readdirSync(curves).filter((n) => /\.(svg|csv)$/.test(n)))
      expect(harmIn(readFileSync(join(curves, name), 'utf8')), name).toEqual([])
    expect(harmIn(readFileSync(join(folder, deep, 'page.html'), 'utf8'))).toEqual([])
    expect(readFileSync(join(folder, out, 'summary.md'), 'utf8')).toContain(mark)
    const begun = readFileSync(join(folder, deep, 'begun.yml'), 'utf8')
    expect(harmIn(begun)).toEqual([])
    expect(parse(begun)).toMatchObject({ data: { source: `../${breakingName}.csv`, target: `target ${breakingName}` } })
    expect(existsSync(join(folder, 'FORGED'))).toBe(false)
  })
})

describe('attack 19: workflows that are written', () => {
  test('attack 19: an action of compile and init is named by a commit', async () => {
    put('plain/wine.csv', readFileSync(join(root, 'examples/wine/wine.csv'), 'utf8'))
    put('plain/tuning.yml', wineSpec({ epochs: 3, gate: accuracyOf(0.05) }))
    for (const uses of [
      `octo/nets@v1`,
      `a\n      - run: touch ${mark} #@${'a'.repeat(40)}`,
      `x/y@${'a'.repeat(40)} # \n- b`,
    ]) {
      expect(await ran(['compile', 'plain/tuning.yml', '--target', 'workflow', '--uses', uses], 2)).toContain(
        'error[compile/uses]',
      )
      expect(await ran(['init', '--github', '--force', '--output', 'plain/tuning.yml', '--uses', uses], 2)).toContain(
        'error[init/uses]',
      )
      put('plain/old.yml', `jobs:\n  a:\n    steps:\n      - uses: ${uses.replaceAll(/\s/g, '')}\n`)
      expect(await ran(['compile', 'plain/tuning.yml', '--target', 'workflow', '--output', 'plain/old.yml'], 2)).toContain(
        'error[compile/uses]',
      )
    }
    const uses = `octo/nets@${'a'.repeat(40)}`
    expect(await ran(['compile', 'plain/tuning.yml', '--target', 'workflow', '--uses', uses], 0)).toContain(
      `uses: ${uses}\n`,
    )
  })

  test('attack 19: a path in a compiled workflow is the very path', async () => {
    const { jobs } = parse(await ran(['compile', spec, '--target', 'workflow'], 0)) as {
      jobs: Record<string, { steps: { with?: { spec?: string } }[] }>
    }
    expect(Object.keys(jobs)).toEqual(['plan', 'verify-runs', 'verify', 'gate'])
    for (const { steps } of Object.values(jobs)) expect(steps.at(-1)?.with?.spec).toBe(spec)
  })
})

describe('attack 16: a harmless study', () => {
  test('attack 16: is told with its paths from the current folder', async () => {
    put('plain/wine.csv', readFileSync(join(root, 'examples/wine/wine.csv'), 'utf8'))
    put('plain/tuning.yml', wineSpec({ epochs: 3, gate: accuracyOf(0.05) }))
    const said = await ran(['run', 'plain/tuning.yml', '--engine', 'wasm', '--out', join(folder, 'plain/out')], 0)
    expect(said).toMatch(/^Report: plain\/out\/report\.html\nLock: {3}plain\/out\/tuning\.lock\.json/m)
    put('plain/wine.csv', 'class,a\nx,?\n')
    expect(await ran(['validate', 'plain/tuning.yml'], 2)).toMatch(/^plain\/wine\.csv:\d+:\d+: error/m)
    put('plain/wine.csv', '')
    expect(await ran(['validate', 'plain/tuning.yml'], 2)).toMatch(/ plain\/wine\.csv is empty$/m)
  })
})
