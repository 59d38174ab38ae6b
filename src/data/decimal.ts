const [plus, minus, point, zero, upperE, lowerE] = [43, 45, 46, 48, 69, 101]

/** Powers of ten that a double holds exactly. */
const powers = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))
/** Digits that a 32-bit integer holds. Two of them hold the digits of a number. */
const digitsEach = 9
/** Splits a double into two with half of the digits each (Veltkamp). */
const splitter = 2 ** 27 + 1
/** More than the relative error of the quotient of two pairs of doubles, about 2⁻¹⁰⁴. */
const doubt = 2 ** -100

/** Reads plain decimals, such as `-12.5` or `1e-3`, from bytes without making a string. */
export class DecimalReader {
  /**
   * The double nearest to the decimal that was read, the same that `Number` gives. NaN if there was none, or if more
   * arithmetic is needed: then `parseNumber` decides.
   */
  value = NaN

  /**
   * Reads a decimal as far as it goes.
   *
   * @returns the offset of the first byte that does not belong to it
   */
  read(bytes: Uint8Array, start: number): number {
    const first = bytes[start]
    let at = first === minus || first === plus ? start + 1 : start
    let upper = 0
    let lower = 0
    let digits = 0
    let pointAt = -1
    for (; ; at++) {
      const digit = (bytes[at] ?? 0) - zero
      if (digit >= 0 && digit <= 9) {
        if (digits++ < digitsEach) upper = (10 * upper + digit) | 0
        else lower = (10 * lower + digit) | 0
      } else if (digit === point - zero && pointAt < 0) pointAt = at
      else break
    }
    const decimals = pointAt < 0 ? 0 : at - 1 - pointAt
    const hasExponent = bytes[at] === lowerE || bytes[at] === upperE
    // Most numbers need no more than this.
    if (digits > 0 && digits <= digitsEach && !hasExponent) {
      const value = upper / (powers[decimals] ?? NaN)
      this.value = first === minus ? -value : value
      return at
    }
    const end = hasExponent ? exponentEnd(bytes, at) : at
    const exponent = (end === at ? 0 : exponentOf(bytes, at, end)) - decimals
    const known = digits > 0 && digits <= 2 * digitsEach
    const value = known ? scaled(upper, lower, Math.max(0, digits - digitsEach), exponent) : NaN
    this.value = first === minus ? -value : value
    return end
  }
}

const reader = new DecimalReader()

/** The number that the bytes from `start` to before `end` spell as a plain decimal; NaN as in `DecimalReader`. */
export const decimalAt = (bytes: Uint8Array, start: number, end: number): number =>
  reader.read(bytes, start) === end ? reader.value : NaN

/** The offset after an exponent, or that of its `e` if it has no digits. */
function exponentEnd(bytes: Uint8Array, start: number): number {
  const sign = bytes[start + 1]
  const from = sign === minus || sign === plus ? start + 2 : start + 1
  let at = from
  while ((bytes[at] ?? 0) >= zero && (bytes[at] ?? 0) < zero + 10) at++
  return at === from ? start : at
}

function exponentOf(bytes: Uint8Array, start: number, end: number): number {
  let exponent = 0
  for (let at = start + 1; at < end; at++) {
    const digit = (bytes[at] ?? 0) - zero
    // A larger one needs more arithmetic anyway.
    if (digit >= 0 && exponent < 1000) exponent = 10 * exponent + digit
  }
  return bytes[start + 1] === minus ? -exponent : exponent
}

/**
 * The digits of `upper`, followed by `lowerDigits` digits of `lower`, times a power of ten. The digits are an exact sum of
 * two doubles. If one is enough and the power is exact, only the result is rounded (Clinger, 1990).
 */
function scaled(upper: number, lower: number, lowerDigits: number, exponent: number): number {
  const large = upper * (powers[lowerDigits] ?? NaN)
  const sum = large + lower
  const rest = lower - (sum - large)
  if (sum === 0) return 0
  if (exponent === 0) return sum
  const power = powers[Math.abs(exponent)]
  if (power === undefined) return NaN
  if (exponent < 0) return rest === 0 ? sum / power : quotient(sum, rest, power)
  return rest === 0 ? sum * power : NaN
}

/**
 * The quotient of a sum of two doubles, itself a sum of two. NaN if it is so close to the middle between two doubles that
 * its error could decide.
 */
function quotient(sum: number, rest: number, divisor: number): number {
  const large = sum / divisor
  const left = sum - large * divisor - productError(large, divisor) + rest
  const small = left / divisor
  const margin = large * doubt
  const value = large + (small - margin)
  return value === large + (small + margin) ? value : NaN
}

/** What the rounded product of two doubles lacks (Dekker, 1971). */
function productError(a: number, b: number): number {
  const aLarge = splitter * a
  const bLarge = splitter * b
  const aHigh = aLarge - (aLarge - a)
  const bHigh = bLarge - (bLarge - b)
  const aLow = a - aHigh
  const bLow = b - bHigh
  return aHigh * bHigh - a * b + aHigh * bLow + aLow * bHigh + aLow * bLow
}
