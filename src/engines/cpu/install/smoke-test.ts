import { join } from 'node:path'
import type { Diagnostic } from '../../../base/diagnostics.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { problem } from '../../install/problems.ts'
import { lastWords, runProcess, type Ended } from '../../install/process.ts'
import { kinds } from '../../wasm/replay/instructions.ts'
import { kernelsFile } from './recipe.ts'

/** A product of two matrices, with whole vectors of every width and a rest. */
const [rows, terms, columns] = [3, 5, 37]
const a = Array.from({ length: rows * terms }, (_, i) => i - 7)
const b = Array.from({ length: terms * columns }, (_, i) => (i % 11) - 5)
/** Whole numbers, which 32 bits hold exactly. */
const expected = Array.from({ length: rows * columns }, (_, i) => {
  const [row, column] = [Math.floor(i / columns), i % columns]
  return Array.from({ length: terms }, (_, t) => (a[row * terms + t] ?? 0) * (b[t * columns + column] ?? 0)).reduce(
    (sum, term) => sum + term,
  )
})

/** Bytes from the memory's begin; kernels may read beyond the end of a matrix. */
const places = { a: 1024, b: 2048, out: 4096, end: 8192 } as const
const numbers = [1, rows, terms, columns, places.a, terms, 1, places.b, columns, 1, places.out]
const instructions = [kinds.indexOf('product'), numbers.length, ...numbers]

/** A program for `node -p`, which prints the value of its last line. */
const program = (file: string): string => `
const start = performance.now()
const { run } = require(${JSON.stringify(file)})
const loadMs = Math.round(performance.now() - start)
const memory = new ArrayBuffer(${places.end})
new Float32Array(memory, ${places.a}).set(${JSON.stringify(a)})
new Float32Array(memory, ${places.b}).set(${JSON.stringify(b)})
run(memory, Int32Array.from(${JSON.stringify(instructions)}))
JSON.stringify({ loadMs, numbers: [...new Float32Array(memory, ${places.out}, ${expected.length})] })
`

const mostMs = 60_000

/** One product in a separate process, so that kernels that crash their process do not end this one. */
export async function smokeTest(
  engine: string,
  signal?: AbortSignal,
): Promise<Result<{ readonly loadMs: number }, Diagnostic>> {
  const command = [process.execPath, '-p', program(join(engine, kernelsFile))]
  const ended = await runProcess(command, { cwd: engine, env: {}, signal, timeoutMs: mostMs })
  const said = ended.ok ? parse(ended.out) : undefined
  return said && JSON.stringify(said.numbers) === JSON.stringify(expected)
    ? ok({ loadMs: said.loadMs })
    : err(doesNotRun(ended))
}

interface Said {
  readonly loadMs: number
  readonly numbers: readonly number[]
}

function parse(text: string): Said | undefined {
  try {
    return JSON.parse(text) as Said
  } catch {
    return undefined
  }
}

/** Why kernels that were compiled do not run. */
function doesNotRun(ended: Ended): Diagnostic {
  const message = 'the cpu engine does not run on this machine'
  if (ended.ok) return problem('smoke-test', message, { found: 'a product with wrong numbers', hint: another })
  const found = lastWords(ended)
  return ended.killedBy === 'SIGILL'
    ? problem('smoke-test', message, { found: `${found}: the processor lacks an instruction`, hint: another })
    : problem('smoke-test', message, { found, hint: another })
}

const another = 'set CXX to another compiler and install it with --force, or use --engine wasm; please report these lines'
