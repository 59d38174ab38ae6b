// Clean data sets with plants, as the product reads and checks them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stream } from '../../src/base/random.ts'
import { checkData } from '../../src/data/check.ts'
import type { CheckName, DataFinding } from '../../src/data/checks/definition.ts'
import { loadDataset } from '../../src/data/load.ts'
import type { Task } from '../../src/records/metrics.ts'
import type { Looked } from '../looked.ts'
import { plants, type Plant } from './plants.ts'
import type { Table } from './table.ts'

export interface CleanSet {
  readonly name: string
  readonly task: Task
  /** Package and item. */
  readonly source: string
  readonly table: Table
  /** Every second one by name was set aside: of the first sets for an earlier version, of the later ones for this one. */
  readonly looked: Looked
}

/** One table as checked. */
export interface Checked {
  readonly set: CleanSet
  readonly plant: Plant
  readonly findings: readonly DataFinding[]
  /** Whether the plant was named; null for an honest change, and where the clean set has the finding already. */
  readonly found: boolean | null
  readonly seconds: number
}

type Listed = Pick<CleanSet, 'name' | 'task' | 'source'> & { readonly later: boolean }

/** The sets that `sets.py` wrote into the folder, by name. */
export function readSets(folder: string): CleanSet[] {
  const listed = JSON.parse(readFileSync(join(folder, 'sets.json'), 'utf8')) as Listed[]
  const sorted = listed.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const known = [false, true].flatMap((own) => {
    const sets = sorted.filter(({ later }) => later === own)
    return sets.map((set, i) => ({ ...set, looked: lookedAt(own, i % 2 === 1) }))
  })
  return known.map(({ later: _, ...set }) => ({ ...set, table: readTable(join(folder, `${set.name}.csv`), set.task) }))
}

const lookedAt = (later: boolean, second: boolean): Looked => (second ? (later ? 'aside' : 'earlier') : 'developed')

/** None of the files quotes a cell, and in each the target is moved to the end. */
function readTable(file: string, task: Task): Table {
  const [head = [], ...rows] = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','))
  const at = head.indexOf('target')
  const moved = (row: readonly string[]): string[] => [...row.slice(0, at), ...row.slice(at + 1), row[at] ?? '']
  if (at < 0 || rows.some(({ length }) => length !== head.length))
    throw new Error(`${file} is not a plain table with a target`)
  return { head: moved(head), rows: rows.map(moved), task }
}

/** Puts every plant into every set, and checks each as `tunegate validate` does with a spec that `init` writes. */
export async function checkAll(
  sets: readonly CleanSet[],
  wanted: (plant: Plant) => boolean,
  progress: (message: string) => void,
): Promise<Checked[]> {
  const folder = mkdtempSync(join(tmpdir(), 'checks-'))
  const all: Checked[] = []
  try {
    for (const set of sets) {
      const start = performance.now()
      const clean = await checked(folder, set.table, set.task, `${set.name}/nothing`)
      for (const plant of plants.filter(wanted)) {
        const random = stream(2026, 'plant', set.name, plant.name)
        const table = plant.into(set.table, random)
        if (!table) continue
        const began = performance.now()
        const result = await checked(folder, table, set.task, `${set.name}/${plant.name}`)
        const seconds = (performance.now() - began) / 1000
        all.push({ set, plant, findings: result.findings, found: foundIn(plant, result, clean), seconds })
      }
      progress(`${set.name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return all
}

interface Result {
  readonly findings: readonly DataFinding[]
  readonly notes: readonly string[]
}

async function checked(folder: string, { head, rows }: Table, task: Task, what: string): Promise<Result> {
  const source = join(folder, 'table.csv')
  writeFileSync(source, [head, ...rows].map((row) => `${row.join(',')}\n`).join(''))
  const seed = stream(17, 'split', what).integer(2 ** 31)
  const dataset = await loadDataset({
    source,
    target: 'target',
    header: true,
    task,
    inputs: { kind: 'auto' },
    standardize: true,
    split: { validation: 0.2, test: 0.2, stratify: task === 'classification', groupBy: null, seed },
  })
  return { findings: checkData(dataset), notes: dataset.notes }
}

/** A finding that names the plant, or a note that its column is left out of the inputs, where it can do no harm. */
function foundIn({ expects, names }: Plant, { findings, notes }: Result, clean: Result): boolean | null {
  if (!expects) return null
  const own = (all: readonly DataFinding[]): DataFinding[] =>
    all.filter(({ check, message }) => expects.includes(check as CheckName) && message.includes(names ?? ''))
  if (own(clean.findings).length > 0) return null
  return (
    own(findings).length > 0 ||
    (names !== undefined && notes.some((note) => note.includes('dropped') && note.includes(names)))
  )
}
