import { join } from 'node:path'
import { readWithin, writeFilePlain } from '../base/files.ts'
import { say } from '../github/log.ts'
import { lockText, mostLockBytes, parseLock } from '../report/lock.ts'
import { lockBeside, lockTextBeside } from '../study/locks.ts'
import type { Study } from '../study/conclude.ts'

/**
 * The lock of a verification on the default branch, as a lock to commit. Its numbers are new. How its levers were found, cut
 * short by time or not, stays as it was. If it differs from the committed lock, a patch for `git apply` is written beside
 * it.
 */
export async function renewed(study: Study, specPath: string): Promise<Study> {
  const spec = { path: specPath, name: study.report.study.name }
  const committed = await lockTextBeside(spec, async (at) => {
    const bytes = await readWithin(at, mostLockBytes).catch(() => undefined)
    return bytes?.toString('utf8') ?? null
  })
  const path = (committed?.path ?? lockBeside(specPath)).replaceAll('\\', '/')
  const before = committed?.text ?? null
  const old = before === null ? null : parseLock(before, path)
  const same = old !== null && JSON.stringify(old.levers) === JSON.stringify(study.lock.levers)
  const lock = same
    ? { ...study.lock, lineage: old.lineage, ...(old.cutShort ? { cutShort: old.cutShort } : {}) }
    : study.lock
  const after = lockText(lock)
  await writeFilePlain(study.files.lockPath, after)
  if (after === before) return { ...study, lock, files: { ...study.files, lock } }
  const patch = join(study.files.folder, 'tuning.lock.patch')
  await writeFilePlain(patch, patchOf(path, before, after))
  say(`The lock changed. The report artifact has it, with tuning.lock.patch for \`git apply\`.`)
  return { ...study, lock, files: { ...study.files, lock, all: [...study.files.all, patch] } }
}

/** The whole file in one hunk: a lock is small, and its numbers change nearly everywhere. */
export function patchOf(path: string, before: string | null, after: string): string {
  const [a, b] = ['a', 'b'].map((side) => patchPath(`${side}/${path}`))
  const lines = (text: string): string[] => text.replace(/\n$/, '').split('\n')
  const [removed, added] = [before === null ? [] : lines(before), lines(after)]
  const from = before === null ? ['new file mode 100644', '--- /dev/null'] : [`--- ${a}`]
  return [
    `diff --git ${a} ${b}`,
    ...from,
    `+++ ${b}`,
    `@@ -${removed.length === 0 ? '0,0' : `1,${removed.length}`} +1,${added.length} @@`,
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    '',
  ].join('\n')
}

/** A path as git writes it in a patch: anything but plain characters is in double quotes, byte by byte. */
function patchPath(path: string): string {
  if (/^[\w@%+=:,./-]+$/.test(path)) return path
  const bytes = Array.from(Buffer.from(path), (byte) => {
    const letter = String.fromCharCode(byte)
    return byte >= 0x20 && byte < 0x7f && !/["\\]/.test(letter) ? letter : `\\${byte.toString(8).padStart(3, '0')}`
  })
  return `"${bytes.join('')}"`
}
