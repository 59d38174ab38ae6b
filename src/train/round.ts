/** Six significant digits, as logged and compared, so that a decision can be checked against the log. */
export const rounded = (value: number): number => Number(value.toPrecision(6))
