import { buildSync } from 'esbuild'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyKernels, postStep } from './bundle.ts'

/** Bundles of the entries, unminified and in a few seconds; `dist/` of a release differs in form alone. */
export function bundle(
  folder: string,
  entries: readonly ('action' | 'cli' | 'worker')[] = ['action', 'cli', 'worker'],
): void {
  for (const entry of entries) {
    buildSync({
      entryPoints: [join(folder, `src/${entry}.ts`)],
      outdir: join(folder, `dist/${entry}`),
      entryNames: 'index',
      splitting: true,
      bundle: true,
      allowOverwrite: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'silent',
      banner: {
        js: "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);",
      },
    })
    if (entry === 'action') writeFileSync(join(folder, 'dist/action/post.js'), postStep)
  }
  copyKernels(folder, join(folder, 'dist'))
}
