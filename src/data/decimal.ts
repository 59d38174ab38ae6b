const [plus, minus, point, zero, nine, upperE, lowerE] = [43, 45, 46, 48, 57, 69, 101]

/** Powers of ten that a double holds exactly. */
const powers = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))
/** Digits that always fit in a double, and those that fit in two. */
const [mostExact, mostDigits] = [15, 19]

/**
 * The number that bytes spell as a plain decimal, such as `-12.5` or `1e-3`, without making a string. The result is the
 * double nearest to the decimal, the same that `Number` gives.
 *
 * @param start offset of the first byte
 * @param end offset after the last byte
 * @returns NaN if the bytes are no plain decimal, or if more arithmetic is needed: then `parseNumber` decides
 */
export function decimalAt(bytes: Uint8Array, start: number, end: number): number {
  return end - start <= mostExact ? shortAt(bytes, start, end) : longAt(bytes, start, end)
}

/** Most cells: so few bytes that digits need not be counted. */
function shortAt(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start]
  const begin = first === minus || first === plus ? start + 1 : start
  let whole = 0
  let pointAt = -1
  for (let at = begin; at < end; at++) {
    const digit = (bytes[at] ?? 0) - zero
    if (digit >= 0 && digit <= 9) whole = 10 * whole + digit
    else if (digit === point - zero && pointAt < 0) pointAt = at
    else return longAt(bytes, start, end)
  }
  if (end - begin - (pointAt < 0 ? 0 : 1) < 1) return NaN
  const value = pointAt < 0 ? whole : whole / (powers[end - 1 - pointAt] ?? NaN)
  return first === minus ? -value : value
}

function longAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  const first = bytes[at]
  if (first === minus || first === plus) at++
  // The digits are `high` followed by `low`; leading zeros do not count.
  let high = 0
  let low = 0
  let digits = 0
  let lowDigits = 0
  let decimals = 0
  let afterPoint = false
  let any = false
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte >= zero && byte <= nine) {
      any = true
      if (digits < mostExact) high = 10 * high + byte - zero
      else if (digits < mostDigits) {
        low = 10 * low + byte - zero
        lowDigits++
      } else return NaN
      if (digits > 0 || byte !== zero) digits++
      if (afterPoint) decimals++
    } else if (byte === point && !afterPoint) afterPoint = true
    else break
  }
  const exponent = (at === end ? 0 : exponentAt(bytes, at, end)) - decimals
  if (!any || Number.isNaN(exponent)) return NaN
  const value = lowDigits === 0 ? scaled(high, exponent) : longScaled(high, low, lowDigits, exponent)
  return first === minus ? -value : value
}

/** The exponent that the rest of a number spells, `e` included; NaN if it spells none, or a large one. */
function exponentAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  if (bytes[at] !== lowerE && bytes[at] !== upperE) return NaN
  const sign = bytes[++at]
  if (sign === minus || sign === plus) at++
  if (at === end || end - at > 3) return NaN
  let exponent = 0
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte < zero || byte > nine) return NaN
    exponent = 10 * exponent + byte - zero
  }
  return sign === minus ? -exponent : exponent
}

/** Both operands are exact, so the only rounding is the one of the result (Clinger, 1990). */
function scaled(whole: number, exponent: number): number {
  const power = powers[Math.abs(exponent)]
  if (whole === 0) return 0
  if (power === undefined) return NaN
  return exponent < 0 ? whole / power : whole * power
}

/** Splits a double into two with half of the digits each (Veltkamp). */
const splitter = 2 ** 27 + 1
/** More than the relative error of the quotient of two pairs of doubles, about 2⁻¹⁰⁴. */
const doubt = 2 ** -100

/**
 * 16 to 19 digits, divided by a power of ten: the digits as an exact sum of two doubles, the quotient as another such sum.
 * NaN if the quotient is so close to the middle between two doubles that its error could decide.
 */
function longScaled(high: number, low: number, lowDigits: number, exponent: number): number {
  const power = powers[lowDigits] ?? NaN
  const divisor = exponent > 0 ? undefined : powers[-exponent]
  if (divisor === undefined) return NaN
  const lowerHalf = high % 2 ** 26
  const upper = (high - lowerHalf) * power
  const lower = lowerHalf * power + low
  const sum = upper + lower
  const rest = lower - (sum - upper)
  const quotient = sum / divisor
  const left = sum - quotient * divisor - productError(quotient, divisor) + rest
  const correction = left / divisor
  const margin = quotient * doubt
  const value = quotient + (correction - margin)
  return value === quotient + (correction + margin) ? value : NaN
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
