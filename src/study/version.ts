import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version
/** The name under which reports and locks say who made them. */
export const toolName = `tunegate ${version}`
