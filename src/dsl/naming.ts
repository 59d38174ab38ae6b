import { didYouMean } from '../base/diagnostics.ts'

export type Schema = Readonly<Record<string, unknown>>

/** `levers.optimization`, `model.layers[2].conv2d`; `the spec` for the root. */
export function nameOf(path: readonly string[]): string {
  if (path.length === 0) return 'the spec'
  return path.reduce((name, step) => (/^\d+$/.test(step) ? `${name}[${step}]` : name === '' ? step : `${name}.${step}`), '')
}

/** `layer`, `stage` or `gate` for the items of those lists; their keys are different kinds of names. */
export function kindOf(path: readonly string[]): string | undefined {
  const place = path.map((step) => (/^\d+$/.test(step) ? '#' : step)).join('/')
  if (/^model\/layers\/#(\/residual\/(layers|shortcut)\/#)*$/.test(place)) return 'layer'
  return { 'stages/#': 'stage', 'gates/#': 'gate' }[place]
}

export const keysOf = (schema: Schema): string[] => Object.keys((schema['properties'] ?? {}) as object)

/** A typo, or the only name with that prefix. */
export function didYouMeanHint(name: string, candidates: readonly string[]): { readonly hint?: string } {
  const begun = name.length >= 3 ? candidates.filter((c) => c.toLowerCase().startsWith(name.toLowerCase())) : []
  const meant = didYouMean(name, candidates) ?? (begun.length === 1 ? begun[0] : undefined)
  return meant === undefined ? {} : { hint: `did you mean "${meant}"?` }
}
