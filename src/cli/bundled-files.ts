import { readFile } from 'node:fs/promises'
import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PictureFiles } from '../report/png.ts'

/** A folder of `dist/`, beside the folder of the running bundle, with links resolved. */
const besideBundle = (name: string): string => join(dirname(realpathSync(process.argv[1] ?? '.')), '..', name)

/** The file that a worker process runs. */
export const workerScript = (): string => join(besideBundle('worker'), 'index.js')

/** Latin and Greek letters and the symbols of the charts, regular and bold. The build puts them there under these names. */
export const fontNames = [
  'inter-latin-400.woff2',
  'inter-latin-700.woff2',
  'inter-greek-400.woff2',
  'inter-greek-700.woff2',
] as const

/** What charts need to become PNG files. */
export async function pictureFiles(): Promise<PictureFiles> {
  const folder = besideBundle('pictures')
  const [wasm, ...fonts] = await Promise.all(['resvg.wasm', ...fontNames].map((name) => readFile(join(folder, name))))
  if (!wasm) throw new Error('no resvg.wasm')
  return { wasm, fonts }
}
