// `read.ts FILE`: what `tunegate validate` does with a data file without its checks, in a process of its own. Prints seconds
// of all processors, seconds of the clock and the peak in MiB as JSON.
import { loadDataset } from '../../src/data/load.ts'

const [, , source = ''] = process.argv
const [start, used] = [performance.now(), process.cpuUsage()]
const { targets } = await loadDataset({
  source,
  target: 'y',
  header: 'auto',
  task: 'classification',
  inputs: { kind: 'auto' },
  standardize: true,
  split: { validation: 0.2, test: 0.2, stratify: true, groupBy: null, seed: 17 },
})
const { user, system } = process.cpuUsage(used)
console.log(
  JSON.stringify({
    processor: (user + system) / 1e6,
    clock: (performance.now() - start) / 1e3,
    peak: process.resourceUsage().maxRSS / 1024,
    rows: targets.length,
  }),
)
