import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { outFolder } from '../../study/out-folder.ts'
import { readSpec } from '../../study/read-spec.ts'
import { StudyWatch } from '../../study/watch.ts'
import { out } from '../print.ts'
import { runFolder } from '../run-folder.ts'
import { StopSwitch } from '../stop.ts'
import { WatchServer } from '../watch-server.ts'
import { workspaceOf } from '../workspace.ts'

export interface WatchOptions {
  /** 0 for a free one. */
  readonly port: number
  /** Goes on when the study has ended. */
  readonly keep?: boolean
}

/** Milliseconds between two looks, and how long browsers get to fetch the final page. */
const [everyMs, graceMs] = [1000, 30_000]

/** Serves the page of a study while it runs in another terminal. Reads the study's folder, and changes nothing. */
export async function watchCommand(where: string, { port, keep = false }: WatchOptions): Promise<number> {
  const folder = await folderOf(where)
  const study = new StudyWatch(folder, () => Date.now())
  const server = new WatchServer(study)
  const stop = new StopSwitch()
  const address = await server.listen(port)
  stop.arm()
  const { state } = await study.look()
  const stays = keep || state === 'finished'
  out.lines(
    `${address} shows ${where}, on this machine alone.`,
    stays ? 'Ctrl-C ends it.' : 'It ends with the study; Ctrl-C ends it now, and leaves the study alone.',
  )
  try {
    if (!stays) await untilTheEnd(study, server, stop.signal)
    else await sleep(2 ** 31 - 1, undefined, { signal: stop.signal }).catch(() => {})
    return 0
  } finally {
    stop.disarm()
    await server.close()
  }
}

/** A study that was stopped may go on, so only a finished one is over. */
async function untilTheEnd(study: StudyWatch, server: WatchServer, signal: AbortSignal): Promise<void> {
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => {})
  while (!signal.aborted && (await study.look()).state !== 'finished') await pause(everyMs)
  for (let waited = 0; waited < graceMs && !server.showedTheEnd && !signal.aborted; waited += everyMs) await pause(everyMs)
  if (!signal.aborted) out.lines('The study has ended.')
}

/** The folder itself, its report.json, or the usual folder of a spec. */
async function folderOf(where: string): Promise<string> {
  const isFolder = await stat(where).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (isFolder || basename(where) === 'report.json') return resolve(runFolder(where))
  const workspace = workspaceOf(where)
  const { spec } = await readSpec({ specPath: where, workspace })
  return outFolder({ workspace, outDir: undefined }, { plan: { name: spec.name } })
}
