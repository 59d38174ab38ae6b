import { basename, dirname } from 'node:path'

/** The folder of a finished run; a path to its report.json works as well. */
export const runFolder = (path: string): string => (basename(path) === 'report.json' ? dirname(path) : path)
