import { dvc } from './dvc.ts'
import type { Exporter } from './exported.ts'
import { mlflow } from './mlflow.ts'
import { tensorboard } from './tensorboard.ts'
import { vegaLite } from './vega-lite.ts'
import { wandb } from './wandb.ts'

export const exportTargets = ['tensorboard', 'mlflow', 'wandb', 'vega-lite', 'dvc'] as const
export type ExportTarget = (typeof exportTargets)[number]

interface Target {
  readonly write: Exporter
  /** What a person does next with the folder, which stands for `%`. */
  readonly next: string
}

export const exporters: Readonly<Record<ExportTarget, Target>> = {
  'tensorboard': { write: tensorboard, next: 'tensorboard --logdir %' },
  'mlflow': { write: mlflow, next: 'mlflow migrate-filestore --source % --target sqlite:///mlflow.db && mlflow ui --backend-store-uri sqlite:///mlflow.db' },
  'wandb': { write: wandb, next: 'wandb sync %/offline-run-*' },
  'vega-lite': { write: vegaLite, next: 'open a file of % in the Vega editor or in a notebook' },
  'dvc': { write: dvc, next: 'copy the files of % into a DVC repository; dvc plots show' },
}
