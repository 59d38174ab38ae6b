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
export function exportNamed(name: string): ExportDefinition {
  const found = exportDefinitions.find((definition) => definition.name === name)
  if (!found) throw new Error(`there is no export ${name}`)
  return found
}
