/**
 * What a column of a log may contain, each with its known names, tunegate's first. Names are compared in lower case with `_`
 * for every other character, so that `val/Loss`, `valLoss` and `val_loss` are one.
 */
export const columns = {
  run: ['run', 'run_id', 'run_name'],
  stage: ['stage'],
  label: ['label', 'trial', 'experiment', 'config'],
  seed: ['seed', 'random_seed'],
  step: ['step', 'global_step', 'iteration', 'iter', 'batch', 'update', 'trainer_global_step'],
  epoch: ['epoch'],
  loss: ['loss', 'batch_loss', 'step_loss', 'train_loss_step', 'training_loss_step'],
  trainLoss: [
    'train_loss',
    'training_loss',
    'train_nll',
    'train_mse',
    'train_loss_epoch',
    'train_cross_entropy',
    'loss_train',
    'epoch_loss',
    'train_log_loss',
    'train_logloss',
  ],
  validationLoss: [
    'val_loss',
    'validation_loss',
    'valid_loss',
    'eval_loss',
    'dev_loss',
    'test_loss',
    'validation_nll',
    'val_nll',
    'validation_mse',
    'val_mse',
    'loss_val',
    'val_loss_epoch',
    'val_cross_entropy',
    'val_log_loss',
    'val_logloss',
  ],
  trainAccuracy: [
    'train_accuracy',
    'train_acc',
    'training_accuracy',
    'accuracy',
    'acc',
    'train_acc_epoch',
    'categorical_accuracy',
    'sparse_categorical_accuracy',
  ],
  validationAccuracy: [
    'val_accuracy',
    'val_acc',
    'validation_accuracy',
    'validation_acc',
    'valid_accuracy',
    'valid_acc',
    'eval_accuracy',
    'dev_accuracy',
    'test_accuracy',
    'test_acc',
    'val_categorical_accuracy',
    'val_sparse_categorical_accuracy',
  ],
  trainBalancedAccuracy: ['train_balanced_accuracy'],
  validationBalancedAccuracy: ['validation_balanced_accuracy', 'val_balanced_accuracy'],
  trainR2: ['train_r2', 'r2'],
  validationR2: ['validation_r2', 'val_r2', 'eval_r2', 'test_r2'],
  validationEce: ['validation_ece', 'val_ece', 'eval_ece', 'ece', 'test_ece'],
  validationConfidence: ['validation_confidence', 'val_confidence', 'eval_confidence', 'confidence'],
  learningRate: ['learning_rate', 'lr', 'train_lr', 'lr_adam', 'lr_adamw', 'lr_nadam', 'lr_sgd', 'optimizer_lr', 'rate'],
  gradientNorm: [
    'gradient_norm',
    'grad_norm',
    'gradnorm',
    'train_grad_norm',
    'gradient_norm_total',
    'grad_norm_total',
    'grad_2_0_norm_total',
    'global_norm',
  ],
  clipped: ['clipped', 'grad_clipped', 'was_clipped'],
} as const satisfies Record<string, readonly string[]>

export type Column = keyof typeof columns
export const columnNames = Object.keys(columns) as readonly Column[]
/** Columns of words instead of numbers. */
export const wordColumns: readonly Column[] = ['run', 'stage', 'label']

const byAlias = new Map<string, Column>(columnNames.flatMap((c) => columns[c].map((alias): [string, Column] => [alias, c])))

/** The column that a name refers to, or undefined for one that means nothing to the rules. */
export const columnOf = (name: string): Column | undefined => byAlias.get(plainName(name))

/** Position of a name among those of its column, 0 for the best known. */
export const rankOf = (column: Column, name: string): number =>
  (columns[column] as readonly string[]).indexOf(plainName(name))

export function plainName(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
}

/** Every column with its known names, one per line, for people. */
export const columnHelp = (): string => columnNames.map((column) => `  ${columns[column].join(', ')}`).join('\n')
