import { expect, it } from 'vitest'
import { act, onDefaultBranch, wineRepository } from './support/act.ts'
import { startCacheService } from './support/cache-service.ts'
import { needs } from './support/tools.ts'
import { wineSpec } from './support/specs.ts'

/** The gate fails, so that the step does too: its `post` step runs all the same. */
const spec = wineSpec({ gate: 'threshold: { metric: accuracy, min: 0.9999 }' })

const workflow = `on: push
jobs:
  tune:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - id: tune
        uses: ./
        with: { engine: wasm, artifact: 'false', mode: tune }
      - if: always()
        run: echo "resumed=\${{ steps.tune.outputs.resumed }}"
`

it('a runner calls the post step of a failed step, and the next attempt of the run goes on from its journal', async (context) => {
  const program = needs(context, 'act')
  const service = await startCacheService()
  try {
    const folder = wineRepository(workflow, spec)
    const run = async (attempt: number): Promise<string> => {
      const words = ['push', ...onDefaultBranch(), '--env', `GITHUB_RUN_ATTEMPT=${attempt}`]
      return (await act(program, folder, words, service.env)).log
    }
    const first = await run(1)
    expect(first).toMatch(/\|\s+resumed=false\s*$/m)
    expect(first).toMatch(/\|\s+The journal is kept in the Actions cache, with 3 new runs\./)
    expect(service.keys()).toEqual([expect.stringMatching(/^tunegate-journal-1-.*-finished$/)])
    const second = await run(2)
    expect(second).toMatch(/\|\s+note: 3 runs of an earlier job restored\s*$/m)
    expect(second).toMatch(/\|\s+resumed=true\s*$/m)
    expect(service.keys()).toHaveLength(2)
  } finally {
    await service.close()
  }
})
