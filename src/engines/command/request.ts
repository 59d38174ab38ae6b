import { deriveSeed } from '../../base/random.ts'
import { leverValue, type LeverName, type Levers, type LeverValue } from '../../records/levers.ts'
import type { TrainerProgram } from '../../records/trainer.ts'
import { trainerProtocol, type Mode } from './protocol/event-schema.ts'

/** One request, as the script reads it. */
export interface TrainerRequest {
  readonly protocol: typeof trainerProtocol
  readonly id: string
  readonly mode: Mode
  readonly seed: number
  readonly seeds: Readonly<Record<'init' | 'order' | 'dropout' | 'augmentation', number>>
  /** By the script's names. */
  readonly levers: Readonly<Record<string, LeverValue>>
  readonly epochs?: number
  readonly stop_after?: number | null
  readonly test?: boolean
  readonly range?: { readonly from: number; readonly to: number; readonly steps: number }
  readonly probe?: { readonly steps: number }
  readonly resume: string | null
  readonly output_dir: string
}

/** What a request asks for, besides where its files lie. */
export type Asked = Omit<TrainerRequest, 'protocol' | 'id' | 'seeds' | 'resume' | 'output_dir'>

export function requestOf(id: string, asked: Asked, outputDir: string, resume: string | null): TrainerRequest {
  const { seed } = asked
  const seeds = {
    init: deriveSeed(seed, 'init'),
    order: deriveSeed(seed, 'order'),
    dropout: deriveSeed(seed, 'dropout'),
    augmentation: deriveSeed(seed, 'augmentation'),
  }
  return { protocol: trainerProtocol, id, seeds, ...asked, resume, output_dir: outputDir }
}

/**
 * What the script gets of the levers: those that it takes, by its names.
 *
 * @param epochs of a shortened run, for a script that takes the number of epochs as a lever
 */
export function scriptLevers(
  { levers: names }: Pick<TrainerProgram, 'levers'>,
  levers: Levers,
  epochs = levers.scheduling.epochs,
): Readonly<Record<string, LeverValue>> {
  const valueOf = (lever: LeverName): LeverValue => (lever === 'epochs' ? epochs : leverValue(levers, lever))
  const mapped = (Object.entries(names) as [LeverName, string][]).map(([lever, name]) => [name, valueOf(lever)])
  const custom = Object.entries(levers.custom ?? {}).filter(([name]) => names[`custom.${name}`] === undefined)
  return Object.fromEntries([...mapped, ...custom])
}

/**
 * Asks for a training that ends after `stop` epochs, under the schedule of all of them.
 *
 * @param epochs of the whole run; default: those of the levers
 */
export const trainingAsked = (
  program: Pick<TrainerProgram, 'levers'>,
  levers: Levers,
  seed: number,
  { epochs = levers.scheduling.epochs, stop, test = false }: { epochs?: number; stop: number; test?: boolean },
): Asked => ({
  mode: 'train',
  seed,
  levers: scriptLevers(program, levers, epochs),
  epochs,
  stop_after: stop < epochs ? stop : null,
  test,
})

/** What the macros of the command line pass: the levers, and the seed if the spec has the script's name of it. */
export const argumentsOf = (
  { seed: name }: Pick<TrainerProgram, 'seed'>,
  { levers, seed }: Asked,
): TrainerRequest['levers'] => (name === null ? levers : { ...levers, [name]: seed })
