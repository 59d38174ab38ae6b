import { unreachable } from '../base/result.ts'
import { InputError } from '../base/diagnostics.ts'
import { fingerprint } from '../base/hash.ts'
import type { NormalizedData } from '../compile/normalized.ts'
import { baseRows } from '../data/base-rows.ts'
import { loadDataset } from '../data/load.ts'
import type { DataConfig, Dataset } from '../data/types.ts'
import { withBaseData, type BaseData, type BaseVersion } from './base-file.ts'
import { configOf } from './data-files.ts'
import type { PreparedModel } from './prepare.ts'

/** What a base is retrained on, and what a reader of its gates must know about that. */
export interface BaseDataset {
  readonly dataset: Dataset
  readonly notes: readonly string[]
}

/** The base to retrain. */
export interface RetrainedOn {
  /** Path of its spec, as in messages. */
  readonly path: string
  /** The change's data, with the inputs of the base, which are part of its model. */
  readonly data: NormalizedData
  /** Undefined if no commit judges; a base then has no data of its own. */
  readonly baseData: BaseData | undefined
}

/**
 * The base's own training rows, and the rows that the change is measured on. If a change could choose the training rows of
 * its base, it could spoil them, and a worse model would pass. Throws an `InputError` if the base's data are not available.
 */
export async function baseDataset(base: RetrainedOn, head: PreparedModel): Promise<BaseDataset> {
  const shared = async (notes: readonly string[]): Promise<BaseDataset> => ({ dataset: await sharedRows(base, head), notes })
  if (base.baseData === undefined) return shared([])
  const own = configOf(head.spec.data, head)
  return withBaseData(base.baseData, own, async (found) => {
    switch (found.kind) {
      case 'same':
        return shared([])
      case 'uncommitted':
        return shared([`${found.why}: both sides were trained on the file of the workflow.`])
      case 'unknown':
        throw noData(base.path, found.why)
      case 'other':
        return ownRows(base, found, own, head)
      default:
        return unreachable(found, 'version of the data')
    }
  })
}

type Other = Extract<BaseVersion, { readonly kind: 'other' }>

async function ownRows(
  { path, data }: RetrainedOn,
  { paths, header }: Other,
  own: DataConfig,
  head: PreparedModel,
): Promise<BaseDataset> {
  try {
    const dataset = await baseRows({ ...configOf(withoutFiles(data), { ...head, paths }), header }, own, head.dataset)
    const rows = ({ splits }: Dataset): number => splits.train.length
    const note =
      `The data differs from the base commit: ${path} was retrained on ${rows(dataset)} training rows of its own, ` +
      `the candidate on ${rows(head.dataset)}.`
    return { dataset, notes: [note] }
  } catch (error) {
    throw error instanceof InputError ? otherInputs(error, path, 'the data of the base commit and of the change') : error
  }
}

/** The base has files of its own, or one. */
const withoutFiles = ({ files: _, ...rest }: NormalizedData): NormalizedData => rest

/** The data that the head has loaded, if the base reads the same. */
async function sharedRows({ data, path }: RetrainedOn, head: PreparedModel): Promise<Dataset> {
  if (fingerprint(data) === fingerprint(head.spec.data)) return head.dataset
  try {
    return await loadDataset(configOf(data, head))
  } catch (error) {
    throw error instanceof InputError ? otherInputs(error, path, 'the data of this study') : error
  }
}

function otherInputs({ diagnostics: [first] }: InputError, path: string, from: string): InputError {
  return new InputError([
    {
      code: 'baseline/other-inputs',
      severity: 'error',
      message: `the inputs of ${path} cannot be read from ${from}, so it cannot be a baseline`,
      found: [first?.message, first?.found].filter((part) => part !== undefined).join(': '),
      hint: 'keep the columns and rows that it reads until the change is merged, or compare with a lock',
    },
  ])
}

const noData = (path: string, why: string): InputError =>
  new InputError([
    {
      code: 'baseline/no-data',
      severity: 'error',
      message: `inconclusive: ${path} cannot be retrained without its own data, and is never trained on the change's data`,
      found: why,
      hint: 'commit the data, set `fetch-depth: 0` and `lfs: true` on actions/checkout, or compare with a lock',
    },
  ])
