import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { say } from '../github/log.ts'
import { lockText, parseLock } from '../report/lock.ts'
import { lockBeside } from '../study/lock.ts'
import type { Study } from '../study/run-study.ts'

/**
 * The lock of a verification on the default branch, as the one to commit: the numbers are new, and how its levers were found is
 * what it was, cut short by time or not. Where it differs from the committed one the change lies beside it as a patch for `git apply`.
 */
export async function renewed(study: Study, specPath: string): Promise<Study> {
  const path = lockBeside(specPath).replaceAll('\\', '/')
  const before = await readFile(path, 'utf8').catch(() => null)
  const old = before === null ? null : parseLock(before, path)
  const same = old !== null && JSON.stringify(old.levers) === JSON.stringify(study.lock.levers)
  const lock = same ? { ...study.lock, lineage: old.lineage, ...(old.cutShort ? { cutShort: old.cutShort } : {}) } : study.lock
  const after = lockText(lock)
  await writeFile(study.files.lockPath, after)
  if (after === before) return study
  const patch = join(study.files.folder, 'tuning.lock.patch')
  await writeFile(patch, patchOf(path, before, after))
  say(`The lock changed. The report's artifact has it, and tuning.lock.patch for \`git apply\`.`)
  return { ...study, lock, files: { ...study.files, lock, all: [...study.files.all, patch] } }
}

/** The whole file in one hunk: a lock is small, and its numbers change nearly everywhere. */
function patchOf(path: string, before: string | null, after: string): string {
  const lines = (text: string): string[] => text.replace(/\n$/, '').split('\n')
  const [removed, added] = [before === null ? [] : lines(before), lines(after)]
  const from = before === null ? ['new file mode 100644', '--- /dev/null'] : [`--- a/${path}`]
  return [
    `diff --git a/${path} b/${path}`, ...from, `+++ b/${path}`,
    `@@ -${removed.length === 0 ? '0,0' : `1,${removed.length}`} +1,${added.length} @@`,
    ...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`), '',
  ].join('\n')
}
