import type { Checks, Severity } from '../../dsl/tuning.gen.ts'
import type { Augmentation, Dataset } from '../types.ts'

/** Every check of the spec. The type follows the schema, which `npm run generate` composes from the registry. */
export type CheckName = keyof Checks

/** A look at a data set before anything is trained on it: everything that is special about one. */
export interface CheckDefinition {
  /** As the spec (`data.checks.NAME`), reports and codes of problems (`data/NAME`) write it. It never changes. */
  readonly name: CheckName
  /** Its part of the JSON Schema of the spec. Editors show it, and the reference of the spec is made of it. */
  readonly schema: { readonly title: string; readonly description: string }
  /** What a finding does where the spec says nothing. Anything but `warn` or `off` stops studies that ran before. */
  readonly severity: Severity
  /**
   * What looks wrong, most important first; empty where nothing does. Pure: equal data, equal findings. It bounds its work
   * by looking at a sample where rows are many, the same one each time, and says so in its message.
   *
   * @param augmentations what the study may do to training rows, each at its largest amount
   */
  find(dataset: Dataset, augmentations: readonly Augmentation[]): readonly Found[]
}

/** What a check found. The names of columns and classes in it come from the data and are escaped where they are shown. */
export interface Found {
  /** What is wrong, with its numbers, in half a sentence: `2 inputs with one value in all rows: a, b`. */
  readonly message: string
  /** Row numbers from 0, ascending, where it is about rows. They are added to the message. */
  readonly rows?: readonly number[]
}
