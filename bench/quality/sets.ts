// The data sets. `data.py` writes them, and says where each is from and under which license.

export type Kind = 'tabular' | 'image' | 'text' | 'signal'

/**
 * `rules`: rules are chosen on it. `aside`: set aside before any result was seen, so that rules are not chosen on it. `seen`:
 * was set aside, and its results have been reported since.
 */
export type Use = 'rules' | 'seen' | 'aside'

export interface DataSet {
  readonly name: string
  readonly kind: Kind
  readonly task: 'classification' | 'regression'
  readonly use: Use
  /** Counts in no mean: nearly every setting solves it, so gaps in SDs say nothing, but a disaster still shows. */
  readonly check?: true
}

/** Those that take longest come first, so that no process is left alone with one. */
export const dataSets: readonly DataSet[] = [
  { name: 'photos', kind: 'image', task: 'classification', use: 'rules' },
  { name: 'digits', kind: 'image', task: 'classification', use: 'rules' },
  { name: 'breast', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'diabetes', kind: 'tabular', task: 'regression', use: 'rules' },
  { name: 'hdma', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'computers', kind: 'tabular', task: 'regression', use: 'rules' },
  { name: 'german', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'mnist1d', kind: 'signal', task: 'classification', use: 'rules' },
  { name: 'amazon', kind: 'text', task: 'classification', use: 'rules' },
  { name: 'editorials', kind: 'text', task: 'regression', use: 'rules' },
  { name: 'wine', kind: 'tabular', task: 'classification', use: 'rules', check: true },
  { name: 'textures', kind: 'image', task: 'classification', use: 'seen' },
  { name: 'mnist', kind: 'image', task: 'classification', use: 'seen' },
  { name: 'vehicle', kind: 'tabular', task: 'classification', use: 'seen' },
  { name: 'spam', kind: 'tabular', task: 'classification', use: 'seen' },
  { name: 'titanic', kind: 'tabular', task: 'classification', use: 'seen' },
  { name: 'concrete', kind: 'tabular', task: 'regression', use: 'seen' },
  { name: 'medical', kind: 'tabular', task: 'regression', use: 'seen' },
  { name: 'libras', kind: 'signal', task: 'classification', use: 'seen' },
  { name: 'movies', kind: 'text', task: 'classification', use: 'seen' },
  { name: 'tweets', kind: 'text', task: 'regression', use: 'seen' },
  { name: 'penguins', kind: 'tabular', task: 'classification', use: 'seen', check: true },
  { name: 'splice', kind: 'tabular', task: 'classification', use: 'aside' },
  { name: 'pictures', kind: 'image', task: 'classification', use: 'aside' },
  { name: 'ames', kind: 'tabular', task: 'regression', use: 'aside' },
  { name: 'segment', kind: 'tabular', task: 'classification', use: 'aside' },
  { name: 'cells', kind: 'tabular', task: 'classification', use: 'aside' },
  { name: 'contraceptive', kind: 'tabular', task: 'classification', use: 'aside' },
  { name: 'casp', kind: 'tabular', task: 'regression', use: 'aside' },
  { name: 'italy', kind: 'signal', task: 'classification', use: 'aside' },
  { name: 'names', kind: 'text', task: 'classification', use: 'aside' },
]
