export interface Goal {
  readonly goal: string
  readonly met: boolean
}

export function title(text: string): void {
  console.log(`\n${text}`)
}

/** One figure a line, with its goal beside it where it has one. */
export function row(what: string, measured: string, goal?: Goal): void {
  console.log(`  ${what.padEnd(42)} ${measured}${goal ? `  [goal ${goal.goal}: ${goal.met ? 'met' : 'MISSED'}]` : ''}`)
}
