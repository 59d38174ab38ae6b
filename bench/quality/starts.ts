/** Where a study starts: the levers that `init` writes, or those at a tenth or ten times their learning rate. */
export const starts = { init: 1, low: 0.1, high: 10 } as const
export type Start = keyof typeof starts
export const isStart = (name: string): name is Start => Object.hasOwn(starts, name)
