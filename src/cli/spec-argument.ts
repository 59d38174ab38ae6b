import { Argument } from 'commander'

/** The spec that commands take where none is named, in the current folder. */
export const usualSpec = 'tuning.yml'

/** A spec as a command's argument. */
export const specArgument = (): Argument => new Argument('[spec]', 'the spec').default(usualSpec)
