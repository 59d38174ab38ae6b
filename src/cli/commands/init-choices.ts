import { InputError } from '../../base/diagnostics.ts'
import { listed } from '../../base/lists.ts'
import { checkData } from '../../data/check.ts'
import { differencesOfParts } from '../../data/checks/index.ts'
import { inputEvidence, type InputEvidence } from '../../data/input-evidence.ts'
import { mostLevels } from '../../data/column-type.ts'
import { mainText } from '../../data/guess.ts'
import type { ColumnSummary, TableSummary } from '../../data/summary.ts'
import type { Dataset } from '../../data/types.ts'
import { augmentationsOf } from '../../study/augmentations.ts'
import type { InitText } from '../../dsl/init.ts'
import { isScript, prepare, type PreparedModel } from '../../study/prepare.ts'
import type { InputKind } from '../options.ts'
import { workspaceOf } from '../workspace.ts'

/** What `init` decides by looking at the data once they are read as a spec would read them. */
export interface Choices {
  /** The text to read, if the inputs are one. */
  readonly text: InitText | null
  /** Why these inputs, as a clause; absent if there was nothing to choose. */
  readonly inputsWhy?: string
  /** The inputs that a model could read instead; absent likewise. */
  readonly otherInputs?: readonly InputKind[]
  /** The column of times to split by; absent for a random split. */
  readonly time?: { readonly column: string; readonly why: string }
  /** Augmentations of the preset that the data check objects to; absent if there is none. */
  readonly withoutAugmentation?: readonly string[]
  /** What to say of the split; absent if the file has no times. */
  readonly splitWords?: string
}

export interface Choosing {
  readonly specPath: string
  /** The spec for some choices, without data checks: what they find is for later. */
  readonly textOf: (choices: Choices) => string
  /** The inputs that the user named. */
  readonly wanted: InputKind | undefined
  /** Whether the parts of the split have files of their own. */
  readonly isSplit: boolean
}

/** Chooses by evidence: texts, columns or both, and a random split or one by time. */
export async function choose(summary: TableSummary, choosing: Choosing): Promise<Choices> {
  const inputs = await chooseInputs(summary, choosing)
  const choices = { ...inputs, ...(choosing.isSplit ? {} : await chooseSplit(summary, inputs, choosing)) }
  const withoutAugmentation = await objections(choices, choosing)
  return { ...choices, ...(withoutAugmentation.length > 0 && { withoutAugmentation }) }
}

/** Augmentations that the check of a new spec would warn of: each is better off until somebody wants it. */
async function objections(choices: Choices, choosing: Choosing): Promise<readonly string[]> {
  const read = await preparedOf(choices, choosing)
  if (typeof read === 'string') return []
  const { spec, dataset } = read
  return augmentationsOf(spec, dataset)
    .filter((one) => checkData(dataset, ['augmentation'], [one]).length > 0)
    .map(({ name }) => name)
}

async function chooseInputs(summary: TableSummary, choosing: Choosing): Promise<Choices> {
  const { wanted } = choosing
  const text = summary.text ?? mainText(inputsOf(summary))
  const hasChoice = text !== null && summary.text === null && summary.imageShape === null
  if (wanted !== undefined && wanted !== 'columns' && text === null) throw noText(summary)
  if (wanted !== undefined && wanted !== 'text' && summary.text !== null) throw noColumns(summary)
  if (!hasChoice) return { text: summary.text }
  const of = (kind: InputKind): Choices => ({
    text: kind === 'columns' ? null : kind === 'text' ? text : { ...text, columns: besideText(summary) },
  })
  const chosen = (kind: InputKind, why: string): Choices => ({ ...of(kind), inputsWhy: why, otherInputs: others[kind] })
  if (wanted !== undefined) return chosen(wanted, 'you named these')
  const evidence = async (kind: InputKind) => ({ kind, found: await evidenceOf(of(kind), choosing) })
  const all = [await evidence('both'), await evidence('columns'), await evidence('text')]
  const known = all.flatMap(({ kind, found }) => (found ? [{ kind, ...found }] : []))
  const [both, columns, words] = known
  if (!both || !columns || !words) return chosen('both', 'these data cannot tell which of them knows more')
  const single = words.loss < columns.loss ? words : columns
  const better = both.loss < single.loss - LEAST_GAIN * both.chance ? both : single
  const target = summary.targets?.join(', ') ?? summary.target ?? 'the target'
  const what =
    summary.task === 'regression' ? `the upper half of ${target} from the lower` : `the classes of ${target} apart`
  const [ofColumns, ofWords, ofBoth, chance] = [columns.loss, words.loss, both.loss, both.chance].map((loss) =>
    loss.toFixed(3),
  )
  return chosen(
    better.kind,
    `on training rows that it has not seen, a linear model that tells ${what} has the log loss ${ofColumns} with the columns, ` +
      `${ofWords} with the words of ${text.column}, ${ofBoth} with both, and ${chance} by chance`,
  )
}

/** The share of the loss by chance that more inputs must save. */
const LEAST_GAIN = 0.01
const others = { both: ['text', 'columns'], columns: ['both', 'text'], text: ['both', 'columns'] } as const

/** The columns that a model can read beside a text. */
function besideText(summary: TableSummary): NonNullable<InitText['columns']> {
  const named = (type: ColumnSummary['type']): readonly string[] =>
    inputsOf(summary).flatMap((column) => (column.type === type && isInput(column) ? [column.name] : []))
  return { numeric: named('numeric'), categorical: named('categorical') }
}

/** Whether a column of numbers or categories can be an input. */
export const isInput = ({ type, distinct, spelling }: ColumnSummary): boolean =>
  type === 'numeric' || (spelling === null && type === 'categorical' && distinct <= mostLevels)

const noText = (summary: TableSummary): InputError =>
  new InputError([
    {
      code: 'init/no-text',
      severity: 'error',
      message: 'the file has no column of texts',
      found: listed(summary.columns.map(({ name }) => name)),
      allowed: '--inputs columns, or leave it out',
      hint: 'sentences are texts; names, categories and hashes are not',
    },
  ])

const noColumns = (summary: TableSummary): InputError =>
  new InputError([
    {
      code: 'init/no-columns',
      severity: 'error',
      message: 'the file has no columns besides its texts that a model can read',
      found: listed(inputsOf(summary).map(({ name, type }) => `${name} (${type})`)),
      allowed: '--inputs text, or leave it out',
      hint: 'numbers and categories are columns; row numbers, dates and columns of one value are left out',
    },
  ])

async function evidenceOf(choices: Choices, choosing: Choosing): Promise<InputEvidence | null> {
  const read = await datasetOf(choices, choosing)
  return typeof read === 'string' ? null : inputEvidence(read)
}

/** By time if the parts then differ: new rows will differ as well, which a random split hides. */
async function chooseSplit(summary: TableSummary, choices: Choices, choosing: Choosing): Promise<Partial<Choices>> {
  const found = inputsOf(summary).find(({ time, type }) => time && type !== 'constant')
  if (!found) return {}
  const { name } = found
  const read = await datasetOf({ ...choices, time: { column: name, why: 'to see' } }, choosing)
  if (typeof read === 'string') return { splitWords: `at random; rows cannot be split by ${name}: ${read}` }
  const [difference] = differencesOfParts(read)
  const latest = `split: { time: ${name} }`
  if (!difference) {
    return {
      splitWords: `at random, since early and late rows of ${name} do not differ by much; to test on the latest, write ${latest}`,
    }
  }
  const unseen = unseenClass(read)
  if (unseen !== undefined) {
    return {
      splitWords: `at random, since a split by ${name} leaves no training row of the class "${unseen}"; to split so, write ${latest}`,
    }
  }
  const [why = ''] = difference.message.split(';')
  const reason = `new rows will not be like a random part of these, as a split by ${name} shows: ${why}`
  return {
    time: { column: name, why: reason },
    splitWords: `by time: the latest rows of ${name} are the test, because ${reason}; for a random split, delete \`time\``,
  }
}

/** The first class that has no training row, which nobody could learn. */
function unseenClass({ classes, targets, splits }: Dataset): string | undefined {
  const seen = new Set(Array.from(splits.train, (row) => targets[row]))
  return classes?.find((_, code) => !seen.has(code))
}

/** The columns that are no target. */
export const inputsOf = ({ columns, target, targets = [] }: TableSummary): readonly ColumnSummary[] =>
  columns.filter(({ name }) => name !== target && !targets.includes(name))

function diagnosed({ diagnostics: [first], message }: InputError): string {
  if (!first) return message
  return first.allowed === undefined ? first.message : `${first.message} (allowed: ${first.allowed})`
}

/** The data as the spec reads them, or what is wrong with them, as a clause. */
async function datasetOf(choices: Choices, choosing: Choosing): Promise<Dataset | string> {
  const prepared = await preparedOf(choices, choosing)
  return typeof prepared === 'string' ? prepared : prepared.dataset
}

async function preparedOf(choices: Choices, { specPath, textOf }: Choosing): Promise<PreparedModel | string> {
  try {
    const source = { specPath, specText: textOf(choices), workspace: workspaceOf(specPath), env: process.env }
    const prepared = await prepare({ ...source, baseline: { kind: 'declared' } })
    return isScript(prepared) ? 'a script has its own data' : prepared
  } catch (error) {
    if (error instanceof InputError) return diagnosed(error)
    throw error
  }
}
