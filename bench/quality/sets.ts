// The data sets. `data.py` writes them, and says where each is from and under which license.

export type Kind = 'tabular' | 'image' | 'text' | 'signal'

export interface DataSet {
  readonly name: string
  readonly kind: Kind
  readonly task: 'classification' | 'regression'
  /**
   * Set aside before any result was seen: no default tier reads it, so that rules are not chosen on it. `--aside` runs
   * these, and only these.
   */
  readonly aside: boolean
  /** Counts in no mean: nearly every setting solves it, so gaps in SDs say nothing, but a disaster still shows. */
  readonly check?: true
}

/** Those that take longest come first, so that no process is left alone with one. */
export const dataSets: readonly DataSet[] = [
  { name: 'photos', kind: 'image', task: 'classification', aside: false },
  { name: 'digits', kind: 'image', task: 'classification', aside: false },
  { name: 'breast', kind: 'tabular', task: 'classification', aside: false },
  { name: 'diabetes', kind: 'tabular', task: 'regression', aside: false },
  { name: 'hdma', kind: 'tabular', task: 'classification', aside: false },
  { name: 'computers', kind: 'tabular', task: 'regression', aside: false },
  { name: 'german', kind: 'tabular', task: 'classification', aside: false },
  { name: 'mnist1d', kind: 'signal', task: 'classification', aside: false },
  { name: 'amazon', kind: 'text', task: 'classification', aside: false },
  { name: 'editorials', kind: 'text', task: 'regression', aside: false },
  { name: 'wine', kind: 'tabular', task: 'classification', aside: false, check: true },
  { name: 'textures', kind: 'image', task: 'classification', aside: true },
  { name: 'mnist', kind: 'image', task: 'classification', aside: true },
  { name: 'vehicle', kind: 'tabular', task: 'classification', aside: true },
  { name: 'spam', kind: 'tabular', task: 'classification', aside: true },
  { name: 'titanic', kind: 'tabular', task: 'classification', aside: true },
  { name: 'concrete', kind: 'tabular', task: 'regression', aside: true },
  { name: 'medical', kind: 'tabular', task: 'regression', aside: true },
  { name: 'libras', kind: 'signal', task: 'classification', aside: true },
  { name: 'movies', kind: 'text', task: 'classification', aside: true },
  { name: 'tweets', kind: 'text', task: 'regression', aside: true },
  { name: 'penguins', kind: 'tabular', task: 'classification', aside: true, check: true },
]
