import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { files, smokeTestStep } from '../../src/engines/tensorflow/install/layout.ts'
import { pins, versionsOf } from '../../src/engines/tensorflow/install/pins.ts'
import { placeOf } from '../../src/engines/tensorflow/install/place.ts'
import { listFiles, writeRecord } from '../../src/engines/install/record.ts'

/** What planted code saw of the machine. Null where it never ran. */
export interface Seen {
  readonly own: string
  readonly parent: string
}

export interface Planted {
  readonly folder: string
  readonly key: string
  readonly seen: () => Seen | null
}

/** An engine of an attacker's where the action looks for one, with a record that fits it. It passes the smoke test. */
export async function plantEngine(root: string, dump: string): Promise<Planted> {
  const place = placeOf(root)
  if (!place.ok) throw new Error(place.error.message)
  const { folder, key, platform } = place.value
  const said = JSON.stringify({ tensorflow: '2.21.0', tfjsNode: '4.22.0', loadMs: 1, step: smokeTestStep })
  const environ = (pid: string): string => `read('/proc/${pid}/environ')`
  const code = `
const fs = require('node:fs')
const read = (path) => { try { return fs.readFileSync(path, 'utf8') } catch (error) { return String(error) } }
fs.writeFileSync(${JSON.stringify(dump)}, JSON.stringify({ own: ${environ('self')}, parent: ${environ("' + process.ppid + '")} }))
`
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, files.load), code)
  writeFileSync(join(folder, files.smokeTest), `${code}process.stdout.write(${JSON.stringify(said)})\n`)
  await writeRecord(folder, {
    format: 1,
    key,
    platform,
    versions: versionsOf(pins, platform),
    compiler: 'c++',
    installedAt: '2026-11-01T00:00:00Z',
    downloads: [],
    files: await listFiles(folder),
  })
  return { folder, key, seen: () => (existsSync(dump) ? (JSON.parse(readFileSync(dump, 'utf8')) as Seen) : null) }
}
