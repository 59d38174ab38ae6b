import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version
/** The name that reports and locks give as their producer. */
export const toolName = `tunegate ${version}`
