/**
 * When those who made the rules looked at a data set: while they made them; after an earlier version, for which it had been
 * set aside, so that the present version may have learned from it; or only at the end of the present version.
 */
export type Looked = 'developed' | 'earlier' | 'aside'

/** The heading of each in a table. */
export const lookedTitles: Readonly<Record<Looked, string>> = {
  developed: 'Developed on',
  earlier: 'Set aside before, seen since',
  aside: 'Set aside',
}

/** Whether an option that names one of them, `seen` for all but those set aside, or nothing, means this one. */
export const isIn = (option: string | undefined, looked: Looked): boolean =>
  option === undefined || option === looked || (option === 'seen' && looked !== 'aside')
