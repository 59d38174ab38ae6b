import type { Checks, Severity } from '../../dsl/tuning.gen.ts'
import type { Augmentation, Dataset } from '../types.ts'

/** Every check of the spec. The type follows the schema, which `npm run generate` composes from the registry. */
export type CheckName = keyof Checks

/** A check of a data set before training: everything that is special about one. */
export interface CheckDefinition {
  /** The name in the spec (`data.checks.NAME`), in reports and in problem codes (`data/NAME`). It never changes. */
  readonly name: CheckName
  /** Its part of the JSON Schema of the spec. Editors show it, and the spec reference is generated from it. */
  readonly schema: { readonly title: string; readonly description: string }
  /** What a finding does by default. Anything but `warn` or `off` stops studies that used to run. */
  readonly severity: Severity
  /** Whether it looks at inputs alone: with several targets or labels, it then runs once. Omitted if not. */
  readonly ofInputs?: true
  /**
   * Returns what looks wrong, most important first; empty if nothing does. Pure: equal data give equal findings. To bound
   * its work, it examines a sample if there are many rows, the same one each time, and says so in its message.
   *
   * @param augmentations what the study may apply to training rows, each at its largest amount
   */
  find(dataset: Dataset, augmentations: readonly Augmentation[]): readonly Found[]
  /**
   * The same for all labels of a data set together. If absent, `find` sees one label at a time, as a target of two classes, and
   * what it says of each is a finding.
   */
  findInLabels?(dataset: Dataset): readonly Found[]
}

/** What a check found. Its column and class names come from the data and are escaped when they are shown. */
export interface Found {
  /** What is wrong, with its numbers, as a clause: `2 inputs with the same value in all rows: a, b`. */
  readonly message: string
  /** Row numbers from 0, ascending, if it is about rows. They are added to the message. */
  readonly rows?: readonly number[]
}

/** Something about a data set that the user should check before trusting a score. */
export interface DataFinding extends Found {
  readonly check: CheckName
}
