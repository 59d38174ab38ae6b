// The data sets. `data.py` writes them, and says where each is from and under which license.

export type Kind = 'tabular' | 'image' | 'text' | 'signal'

/** `rules`: rules are chosen on it. `aside`: set aside before any result was seen, so that rules are not chosen on it. */
export type Use = 'rules' | 'aside'

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
  { name: 'textures', kind: 'image', task: 'classification', use: 'rules' },
  { name: 'mnist', kind: 'image', task: 'classification', use: 'rules' },
  { name: 'vehicle', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'spam', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'titanic', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'concrete', kind: 'tabular', task: 'regression', use: 'rules' },
  { name: 'medical', kind: 'tabular', task: 'regression', use: 'rules' },
  { name: 'libras', kind: 'signal', task: 'classification', use: 'rules' },
  { name: 'movies', kind: 'text', task: 'classification', use: 'rules' },
  { name: 'tweets', kind: 'text', task: 'regression', use: 'rules' },
  { name: 'penguins', kind: 'tabular', task: 'classification', use: 'rules', check: true },
  { name: 'splice', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'pictures', kind: 'image', task: 'classification', use: 'rules' },
  { name: 'ames', kind: 'tabular', task: 'regression', use: 'rules' },
  { name: 'segment', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'cells', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'contraceptive', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'casp', kind: 'tabular', task: 'regression', use: 'rules' },
  { name: 'italy', kind: 'signal', task: 'classification', use: 'rules' },
  { name: 'names', kind: 'text', task: 'classification', use: 'rules' },
  { name: 'churn', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'personality', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'saratoga', kind: 'tabular', task: 'regression', use: 'rules' },
  { name: 'airfoil', kind: 'tabular', task: 'regression', use: 'rules' },
  { name: 'yeast', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'juice', kind: 'tabular', task: 'classification', use: 'rules' },
  { name: 'vowel', kind: 'signal', task: 'classification', use: 'rules' },
  { name: 'leaves', kind: 'signal', task: 'classification', use: 'aside' },
  { name: 'languages', kind: 'text', task: 'classification', use: 'aside' },
  { name: 'phishing', kind: 'tabular', task: 'classification', use: 'aside' },
  { name: 'flare', kind: 'tabular', task: 'classification', use: 'aside' },
  { name: 'voters', kind: 'tabular', task: 'classification', use: 'aside' },
  { name: 'laser', kind: 'tabular', task: 'regression', use: 'aside' },
  { name: 'fish', kind: 'tabular', task: 'regression', use: 'aside' },
  { name: 'bikes', kind: 'tabular', task: 'regression', use: 'aside' },
]
