import type { SpecSource } from './prepare.ts'

/** The command that repeats a study, with the options that shape its result, as the report shows it. */
export function repeatCommand({ specPath, stages, seeds }: Pick<SpecSource, 'specPath' | 'stages' | 'seeds'>): string {
  return `tunegate run ${specPath}${stages ? ` --stages ${stages.join(',')}` : ''}${seeds === undefined ? '' : ` --seeds ${seeds}`}`
}
