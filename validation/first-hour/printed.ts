/**
 * The commands in what a program printed or a page shows, as a person would copy them: whole lines that begin with the
 * program, without the comment behind them. Each once, in their order.
 */
export function printedCommands(text: string): string[] {
  const lines = [...text.matchAll(/^\s*((?:node \S*dist\/cli\/index\.js|tunegate) \S.*)$/gm)].map((m) => m[1] ?? '')
  return [...new Set(lines.map((line) => line.replace(/\s+#.*$/, '').trim()))]
}
