import { entryNamed } from '../../base/lists.ts'
import type { ExportDefinition } from './definition.ts'
import { dvc } from './dvc.ts'
import { mlflow } from './mlflow.ts'
import { tensorboard } from './tensorboard.ts'
import { vegaLite } from './vega-lite.ts'
import { wandb } from './wandb.ts'

/** Every export, in the order of the help text. */
export const exportDefinitions: readonly ExportDefinition[] = [tensorboard, mlflow, wandb, vegaLite, dvc]

export const exportNames: readonly string[] = exportDefinitions.map((definition) => definition.name)

/** The export with this name. Throws if there is none: the CLI accepts no other name. */
export const exportNamed = (name: string): ExportDefinition => entryNamed(exportDefinitions, name, 'export')
