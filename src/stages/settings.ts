import type { StageName, StageSettings } from '../records/plan.ts'
import type { StageContext } from './stage.ts'

type SettingsOf<S extends StageName> = Extract<StageSettings, { stage: S }>

/** The settings of a stage, narrowed; any other kind is a defect of the plan. */
export function settingsOf<S extends StageName>(context: StageContext, stage: S): SettingsOf<S> {
  const { settings } = context.job
  if (settings.stage !== stage) throw new Error(`stage ${stage} was handed the settings of ${settings.stage}`)
  // The discriminant was just compared; TypeScript does not narrow a union by a generic literal.
  return settings as SettingsOf<S>
}
