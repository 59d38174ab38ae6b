/**
 * Exact tests for values without any spread, where t intervals do not exist. They assume nothing about the noise, and with
 * few seeds they cannot speak: that is the price of having seen no spread.
 */

/**
 * The chance that all `n` independent values lie on one side of a limit although the median does not: 2⁻ⁿ (sign test).
 * Five seeds suffice for one-sided .05.
 */
export const allOnOneSide = (n: number): number => 0.5 ** n

/**
 * The chance that all of `n` values exceed all of `m` others although both come from one distribution: one way out of
 * n + m over n (Mann–Whitney's smallest p). Three and three suffice for one-sided .05.
 */
export function completeSeparation(n: number, m: number): number {
  let ways = 1
  for (let i = 1; i <= n; i++) ways = (ways * (m + i)) / i
  return 1 / ways
}
