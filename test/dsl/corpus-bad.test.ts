import { isTrainerSpec } from '../../src/compile/normalized.ts'
import { compileScript } from '../../src/compile/script.ts'
import type { TrainerFacts } from '../../src/records/trainer.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatDiagnostic, type Diagnostic } from '../../src/base/diagnostics.ts'
import { compile } from '../../src/compile/compile.ts'
import { normalize } from '../../src/compile/normalize.ts'
import { normalizeResults } from '../../src/compile/normalize/results.ts'
import { parseSpec } from '../../src/dsl/parse.ts'
import { expectGolden, factsOf, irisFacts } from '../compile/support.ts'

const folder = join(import.meta.dirname, 'corpus-bad')
const specs = readdirSync(folder).filter((f) => /\.(yml|json)$/.test(f))

/** A script that can do little, and says little about itself. */
const scriptFacts: TrainerFacts = {
  description: {
    framework: 'pytorch 2.6.0',
    device: 'cpu',
    levers: { lr: 0.01, 'batch-size': 64, optimizer: 'lion', wd: null, layers: 4 },
    modes: ['train'],
    perStepRate: false,
    gradientNorms: false,
    predictions: false,
    test: false,
    epochs: null,
    rows: { train: null, validation: null, test: null },
    classes: null,
    parameters: null,
  },
  files: { code: '', data: '', packages: '', counts: { code: 1, data: 0 } },
}

/** Specs that results are judged with; one of them is given to a command that trains. */
const judgesResults = /^results-(?!run)/

/** What the first phase says that refuses the spec; no phase runs on what another has refused. */
function problemsOf(file: string, text: string): readonly Diagnostic[] {
  const parsed = parseSpec(text, file)
  if (!parsed.ok) return parsed.error
  if (judgesResults.test(file)) {
    const spec = normalizeResults(parsed.value)
    return spec.ok ? [] : spec.error
  }
  const normalized = normalize(parsed.value)
  if (!normalized.ok) return normalized.error
  const { locate } = parsed.value
  const plan = isTrainerSpec(normalized.value)
    ? compileScript(normalized.value, scriptFacts, locate)
    : compile(normalized.value, factsOf(text, join(folder, file), irisFacts), locate)
  return plan.ok ? [] : plan.error
}

const all = specs.map((file) => {
  const text = readFileSync(join(folder, file), 'utf8')
  return { file, text, problems: problemsOf(file, text) }
})

describe.each(all)('bad spec: $file', ({ file, text, problems }) => {
  it('is refused in the words that are committed', () => {
    expect(problems.length).toBeGreaterThan(0)
    expectGolden(join(folder, file.replace(/\.(yml|json)$/, '.txt')), `${problems.map(formatDiagnostic).join('\n')}\n`)
  })

  it('has every problem at a place in the text, in order, each once', () => {
    const lines = text.split('\n')
    for (const { at, severity, code } of problems) {
      expect(severity).toBe('error')
      expect(code).toMatch(/^spec\/[a-z-]+$/)
      if (!at) throw new Error(`${code} has no place`)
      expect(at.line).toBeLessThanOrEqual(lines.length)
      expect(at.column).toBeLessThanOrEqual((lines[at.line - 1]?.length ?? 0) + 1)
    }
    const places = problems.map((p) => (p.at?.line ?? 0) * 10_000 + (p.at?.column ?? 0))
    expect([...places].sort((a, b) => a - b)).toEqual(places)
    expect(new Set(problems.map((p) => JSON.stringify(p))).size).toBe(problems.length)
  })
})

describe('the bad corpus', () => {
  it('meets every code that the spec can be refused with', () => {
    expect(specs.length).toBeGreaterThanOrEqual(40)
    const met = new Set(all.flatMap((c) => c.problems.map((p) => p.code)))
    const unmet = codes().filter((code) => !met.has(code))
    expect(unmet).toEqual(['spec/invalid', 'spec/more', 'spec/too-large', 'spec/too-many-nodes'])
  })
})

/** Every code that stands in the sources, as text or as the argument of a report. */
function codes(): string[] {
  const source = ['dsl', 'compile', 'gates']
    .flatMap((part) =>
      readdirSync(join(import.meta.dirname, '../../src', part), { recursive: true, withFileTypes: true })
        .filter((f) => f.isFile() && f.name.endsWith('.ts'))
        .map((f) => readFileSync(join(f.parentPath, f.name), 'utf8')),
    )
    .join('\n')
  const written = [...source.matchAll(/'(spec\/[a-z-]+)'/g)].map((m) => m[1] as string)
  const reported = [...source.matchAll(/\breport\('([a-z-]+)'/g)].map((m) => `spec/${m[1]}`)
  return [...new Set([...written, ...reported])].sort()
}
