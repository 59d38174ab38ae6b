/** Whether a cell of a log has no value. */
export const isEmpty = (text: string): boolean => /^(none|null|na|n\/a|<na>|-)?$/i.test(text)

/** A tensor as Python prints it: `tensor(2.35, device='cuda:0')`, `tf.Tensor(2.35, shape=(), dtype=float32)`. */
const tensor = /^(?:tf\.)?tensor\(\s*([^,()\s]+)\s*(?:,.*)?\)$/i

/** `1.5`, `1e-3`, `nan`, `-inf`, `true`, `80 %`, `tensor(2.35)`; undefined for anything else. */
export function numberOf(text: string): number | undefined {
  const plain = text.toLowerCase()
  if (plain === 'nan' || plain === '-nan') return NaN
  const infinite = /^([+-]?)inf(inity)?$/.exec(plain)
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity
  if (plain === 'true' || plain === 'false') return plain === 'true' ? 1 : 0
  const inside = tensor.exec(text)?.[1]
  if (inside !== undefined) return numberOf(inside)
  const share = /^(\S+?)\s*%$/.exec(text)?.[1]
  if (share !== undefined) return Number(share) / 100 || (Number(share) === 0 ? 0 : undefined)
  const value = Number(text)
  return Number.isNaN(value) ? undefined : value
}

/** What to do about a cell that is not a number; undefined if there is no advice. */
export function hintFor(text: string): string | undefined {
  if (/^[+-]?\d+,\d+(e[+-]?\d+)?$/i.test(text)) return 'write decimal points instead of decimal commas'
  if (/^\[.*\]$/.test(text)) return 'log one number per column, such as the rate of the first parameter group'
  if (/^tensor\(/i.test(text)) return 'log loss.item() instead of the tensor'
  return undefined
}
