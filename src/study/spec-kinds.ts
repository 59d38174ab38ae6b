import type { ModelSpec, TrainerSpec } from '../compile/normalized.ts'

/**
 * Who decides a setting when a change is judged. A `rule` decides how the change is measured, so the base commit's value
 * applies. A `proposal` is what the change submits for measurement. `parts` is decided one level down.
 */
export type Kind = 'rule' | 'proposal' | 'parts'

/** Every key of a spec. A new key does not compile until somebody decides which kind it is. */
export const specKinds = {
  version: 'proposal', // the format has one version
  name: 'proposal', // names folders and headings
  task: 'rule', // another task has other metrics; it cannot be replaced, so such a change is refused
  preset: 'proposal', // ranges of the stages and augmentation; both only shape training
  seed: 'rule', // seeds the split, the verification seeds and every other random stream
  objective: 'rule', // selects the checkpoint that is measured
  evaluateEvery: 'rule', // limits how many checkpoints that selection may consider
  data: 'parts',
  checks: 'rule', // the stricter of the two applies
  augmentation: 'proposal', // applies to training batches only
  layers: 'proposal', // the model
  levers: 'proposal', // the hyperparameters
  stages: 'parts', // `verify` is a rule; all other stages only find the levers
  gates: 'rule', // what must hold
  leastEffect: 'rule', // which gains the report calls better
  budget: 'rule', // a small one ends the study before its gates are decided; a large one costs money
  trainer: 'proposal', // the script; what its numbers are measured on is part of the data fingerprint of a lock
  given: 'proposal', // which of the levers the spec sets
} as const satisfies Readonly<Record<keyof ModelSpec | keyof TrainerSpec, Kind>>

/** Every key of the data block. */
export const dataKinds = {
  source: 'proposal', // the change may add and fix rows; `changeOf` names those that differ
  files: 'proposal', // the same for the files of single parts
  target: 'rule', // what is predicted: a change could choose an easier column
  targets: 'rule', // several of them
  labels: 'rule', // how a column lists them, and which are left out
  header: 'proposal', // describes the change's own file; the resulting rows are compared
  task: 'rule', // a copy of the spec's
  inputs: 'proposal', // features are part of the model
  standardize: 'proposal', // so is their scaling
  scaling: 'proposal',
  missing: 'proposal', // it fills in inputs; no row is left out, and no target is filled in
  categories: 'proposal',
  weighting: 'proposal', // it weighs rows in the loss; metrics count each row once
  segments: 'proposal', // they follow from the gates, which are rules
  split: 'rule', // which rows are measured, how they are stratified and grouped, and the seed that draws them
} as const satisfies Readonly<Record<keyof ModelSpec['data'], Kind>>
