import { confirmation, stageNames } from '../../stages/index.ts'
import { colors } from '../charts/theme.ts'
import type { ExplorerData, Group } from './data.ts'

const sides: readonly Group[] = ['winner', 'baseline']
const others = stageNames.filter((name) => name !== confirmation.name)

/** Colors of the stages that tune, in order. */
const stageColors = [colors.chosen, colors.purple, colors.sky, colors.limit]

/** The owners of trials as legends name them, in order. */
export const groupNames: Readonly<Record<Group, string>> = Object.fromEntries([
  ...sides.map((side) => [side, `${confirmation.name}: ${side}`] as const),
  ...others.map((name) => [name, name] as const),
])

/** The color of each group; the page has the same under the names `--c-<group>`. */
export const groupColors: Readonly<Record<Group, string>> = {
  winner: colors.winner,
  baseline: colors.baseline,
  ...Object.fromEntries(others.map((name, i) => [name, stageColors[i % stageColors.length] ?? colors.grey])),
}

/** Groups that have a trial. */
export const groupsOf = ({ runs }: Pick<ExplorerData, 'runs'>): Group[] =>
  Object.keys(groupNames).filter((g) => runs.some((r) => r.group === g))
