/**
 * Exact tests for values without spread, for which t intervals do not exist. They assume nothing about the noise. With few
 * seeds they cannot decide; that is the price of having seen no spread.
 */

/**
 * The probability that all `n` independent values lie on one side of a limit although the median does not: 2⁻ⁿ (sign test).
 * Five seeds suffice for a one-sided .05.
 */
export const allOnOneSide = (n: number): number => 0.5 ** n

/**
 * The probability that all `n` values exceed all `m` others although both come from one distribution: 1 / C(n + m, n), the
 * smallest p of Mann–Whitney. Three and three suffice for a one-sided .05.
 */
export function completeSeparation(n: number, m: number): number {
  let ways = 1
  for (let i = 1; i <= n; i++) ways = (ways * (m + i)) / i
  return 1 / ways
}
