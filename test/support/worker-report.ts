// Writes the report of a made-up study, and kills itself with -9 before the file operation of the given number.
// `node worker-report.ts FOLDER [NUMBER]`; it prints how many operations there were.
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const [folder = '', last = ''] = process.argv.slice(2)
const killAt = last === '' ? Infinity : Number(last)
let operations = 0

/** Every operation of the report's files counts; a write is cut in half before the kill. */
function counted<Args extends unknown[], R>(call: (...args: Args) => Promise<R>): (...args: Args) => Promise<R> {
  return async (...args) => {
    operations += 1
    if (operations >= killAt) process.kill(process.pid, 'SIGKILL')
    return call(...args)
  }
}
fs.open = counted(fs.open)
fs.rename = counted(fs.rename)
fs.rm = counted(fs.rm)
fs.mkdir = counted(fs.mkdir) as typeof fs.mkdir
const { writeFile } = fs
fs.writeFile = async (file, data, options) => {
  operations += 1
  if (operations >= killAt) {
    await writeFile(file, typeof data === 'string' ? data.slice(0, data.length / 2) : data, options)
    process.kill(process.pid, 'SIGKILL')
  }
  return writeFile(file, data, options)
}
syncBuiltinESMExports()

const { buildReport } = await import('../../src/report/build.ts')
const { writeReport } = await import('../../src/study/write-report.ts')
const { fakeStudy } = await import('./study.ts')
const study = fakeStudy({ seeds: 3, stages: ['schedule', 'verify'] })
await writeReport(buildReport(study.input), folder, study.runs())
process.stdout.write(String(operations))
