// What a benchmark measures, from its command line.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../../test/support/architecture.ts'
import { isStart, starts, type Start } from './starts.ts'
import { searches } from './search.ts'
import { dataSets, type DataSet, type Use } from './sets.ts'

export interface Options {
  readonly tier: 'quick' | 'full'
  readonly sets: readonly DataSet[]
  readonly starts: readonly Start[]
  readonly roots: readonly number[]
  readonly arms: readonly string[]
  /** Write the file that the quick tier compares with. */
  readonly reference: boolean
  /** A file with the steps of a search by data set, fixed beforehand. */
  readonly steps: string | undefined
  readonly cache: string
  readonly python: string | undefined
  readonly workers: number
  /** Names of the variants of a preset; all of them if undefined. */
  readonly variants: readonly string[] | undefined
  /** Where the figures go, as JSON. */
  readonly out: string
  /** Studies of a world with nothing to find; 0 for the benchmark itself. */
  readonly nullStudies: number
}

const tiers = {
  quick: { arms: ['declared', 'tunegate'], roots: '1,2' },
  full: { arms: ['declared', 'tunegate', ...Object.keys(searches)], roots: '1,2,3' },
} as const

/** A grid takes ten times the steps of a study, so it is measured only if asked for. */
const known: readonly string[] = [...tiers.full.arms, 'grid']

/** Throws an error for people if an option is unknown or has a value that it cannot have. */
export function optionsOf(args: readonly string[]): Options {
  const { values: given } = parseArgs({
    args: [...args],
    options: {
      tier: { type: 'string', default: 'quick' },
      sets: { type: 'string' },
      aside: { type: 'boolean', default: false },
      starts: { type: 'string' },
      roots: { type: 'string' },
      arms: { type: 'string' },
      reference: { type: 'boolean', default: false },
      steps: { type: 'string' },
      cache: { type: 'string', default: join(root, '.tunegate/quality') },
      python: { type: 'string' },
      workers: { type: 'string', default: '2' },
      variants: { type: 'string' },
      out: { type: 'string' },
      null: { type: 'string', default: '0' },
    },
  })
  const tier = given.reference ? 'full' : given.tier
  if (tier !== 'quick' && tier !== 'full') throw new Error(`--tier is quick or full, found ${tier}`)
  const use = given.aside ? 'aside' : 'rules'
  const arms: readonly string[] = given.arms?.split(',') ?? tiers[tier].arms
  for (const arm of arms) if (!known.includes(arm)) throw new Error(`--arms knows ${known.join(', ')}, found ${arm}`)
  return {
    tier,
    sets: setsOf(given.sets, use),
    starts: (given.starts?.split(',') ?? Object.keys(starts)).map(startNamed),
    roots: (given.roots ?? tiers[tier].roots).split(',').map((root) => whole('--roots', root)),
    arms,
    reference: given.reference,
    steps: given.steps,
    cache: given.cache,
    python: given.python,
    workers: whole('--workers', given.workers),
    variants: given.variants?.split(','),
    out: given.out ?? join(given.cache, 'results', `${tier}${use === 'rules' ? '' : `-${use}`}.json`),
    nullStudies: whole('--null', given.null),
  }
}

const uses = {
  rules: { option: '', state: 'is not set aside', group: 'known' },
  aside: { option: '--aside', state: 'is set aside', group: 'set aside' },
} as const satisfies Readonly<Record<Use, unknown>>

/** Sets that are set aside are read only if asked for as such, even by name. */
function setsOf(names: string | undefined, use: Use): readonly DataSet[] {
  const open = dataSets.filter((set) => set.use === use)
  if (names === undefined) return open
  const { option, group } = uses[use]
  return names.split(',').map((name) => {
    const found = dataSets.find((set) => set.name === name)
    if (found?.use === use) return found
    const own = found && uses[found.use]
    const change = [option && `leave out ${option}`, own?.option && `add ${own.option}`].filter(Boolean).join(' and ')
    const why = own ? `${own.state}: ${change}` : 'is not known'
    throw new Error(`the data set ${name} ${why}; ${group} are ${open.map((s) => s.name).join(', ')}`)
  })
}

function startNamed(name: string): Start {
  if (isStart(name)) return name
  throw new Error(`--starts knows ${Object.keys(starts).join(', ')}, found ${name}`)
}

function whole(option: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  throw new Error(`${option} takes whole numbers, found ${text}`)
}
