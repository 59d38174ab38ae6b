import { basename, dirname } from 'node:path'

/** The folder of a finished run, which its report.json names as well. */
export const runFolder = (path: string): string => (basename(path) === 'report.json' ? dirname(path) : path)
