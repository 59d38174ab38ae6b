import type { Guard, GuardTest } from './guard.ts'

const attack = 23
const rows = (name: string): GuardTest => ({ file: 'test/data/base-rows.test.ts', name })
const measured = (name: string): GuardTest => ({ file: 'test/study/evaluation-rows.test.ts', name })
const base = (name: string): GuardTest => ({ file: 'test/action/base-data.test.ts', name })
const said = (name: string): GuardTest => ({ file: 'test/report/change-lines.test.ts', name })
const pull = (name: string): GuardTest => ({ file: 'test/action/retrain.int.test.ts', name })

const spoiled = 'in the training rows does not spoil what its base is retrained on, and is told'
const everywhere = 'stands before the verdict in summary, comment, HTML report and terminal'
const noData = 'so that they cannot be compared has no verdict'
const otherSplit = 'is trained on no row that it is measured on, where more rows draw another split'
const tooFew = 'is none where the change measures on most of its training rows, or on those of a class'

/** What a change does to the data, and that its base is trained on none of it. */
export const baseRowsGuards: readonly Guard[] = [
  {
    attack,
    guard: 'The base is retrained on its own training rows.',
    file: 'src/study/base-dataset.ts',
    find: "case 'other': return ownRows(base, found, own, head)",
    replace: "case 'other': return own.source === '' ? ownRows(base, found, own, head) : shared([])",
    tests: [pull(spoiled), pull('by more training rows is compared with its base on fewer')],
  },
  {
    attack,
    guard: 'The base is retrained on nothing where its data cannot be had.',
    file: 'src/study/base-dataset.ts',
    find: "case 'unknown': throw noData(base.path, found.why)",
    replace: "case 'unknown': if (found.why !== '') return shared([]); throw noData(base.path, found.why)",
    tests: [pull(noData)],
  },
  {
    attack,
    guard: 'The data of the base commit reach the base that is retrained.',
    file: 'src/study/base-study.ts',
    find: 'baseDataset({ path, data: spec.data, baseData }, head)',
    replace: "baseDataset({ path, data: spec.data, baseData: path === '' ? baseData : undefined }, head)",
    tests: [pull(spoiled), pull(noData)],
  },
  {
    attack,
    guard: 'A file that the change commits is not that of the workflow.',
    file: 'src/action/base-data.ts',
    find: '&& !(await isCommitted(path, commits))',
    replace: "&& (path !== '' || !(await isCommitted(path, commits)))",
    tests: [base('are those of the workflow only where neither commit holds a file of that name'), pull(noData)],
  },
  {
    attack,
    guard: 'Another file than that of the base is not that of the workflow.',
    file: 'src/action/base-data.ts',
    find: 'return own === join(await realpath(workspace), path) &&',
    replace: "return (own !== '' || own === join(await realpath(workspace), path)) &&",
    tests: [base('are those of the workflow only where neither commit holds a file of that name')],
  },
  {
    attack,
    guard: 'The base is not trained on what it is measured on.',
    file: 'src/data/base-rows.ts',
    find: "const kept = numbered('train').filter(({ row }) => !measured(row))",
    replace: "const kept = numbered('train').filter(({ row }) => !measured(row) || row.target !== '')",
    tests: [rows(otherSplit)],
  },
  {
    attack,
    guard: 'The base gets other rows in exchange for those that are measured.',
    file: 'src/data/base-rows.ts',
    find: '...freed.filter(({ row }) => trained(row))',
    replace: "...freed.filter(({ row }) => trained(row) && row.target === '')",
    tests: [rows(otherSplit)],
  },
  {
    attack,
    guard: 'Rows of a group that is measured are not trained on.',
    file: 'src/data/base-rows.ts',
    find: '=> group ?? inputs',
    replace: "=> (group === '' ? group : inputs)",
    tests: [rows('lets no row of a group be trained on that the change measures')],
  },
  {
    attack,
    guard: 'A base keeps most of its training rows.',
    file: 'src/data/base-rows.ts',
    find: 'if (chosen.length < least.all * train.length)',
    replace: 'if (chosen.length === 0)',
    tests: [rows(tooFew)],
  },
  {
    attack,
    guard: 'A base keeps training rows of every class.',
    file: 'src/data/base-rows.ts',
    find: 'if (left < least.class * count)',
    replace: 'if (left < least.class * count - count)',
    tests: [rows(tooFew)],
  },
  {
    attack,
    guard: 'Cells that the base cannot read are no numbers.',
    file: 'src/data/base-rows.ts',
    find: 'if (wrong.length === 0) return',
    replace: 'if (wrong.length >= 0) return',
    tests: [rows('is none where the change lacks a column of it, or has cells that it cannot read')],
  },
  {
    attack,
    guard: 'Texts that the base does not know make its model no larger.',
    file: 'src/data/joined.ts',
    find: 'place.get(level) ?? -1',
    replace: 'place.get(level) ?? 0',
    tests: [rows('gives a text that it does not know no place')],
  },
  {
    attack,
    guard: 'Edited training rows are counted.',
    file: 'src/study/evaluation-rows.ts',
    find: 'edited + moved + added === 0 ?',
    replace: 'edited + moved + added >= 0 ?',
    tests: [measured('attack 23: is each training row that differs'), pull(spoiled)],
  },
  {
    attack,
    guard: 'Columns that differ are named.',
    file: 'src/study/evaluation-rows.ts',
    find: '(columns ? { columns } : {})',
    replace: '(columns && columns.unlisted < 0 ? { columns } : {})',
    tests: [
      measured('attack 23: is each column that is added, removed, or holds something else'),
      pull('by a column that gives the label away names the column'),
    ],
  },
  {
    attack,
    guard: 'Edited training rows are told.',
    file: 'src/report/change-lines.ts',
    find: 'training === undefined ? [] : [trainingLine(training)]',
    replace: 'training === undefined ? [] : [trainingLine(training)].slice(1)',
    tests: [said(everywhere), said('is more training rows'), pull(spoiled)],
  },
  {
    attack,
    guard: 'Columns that differ are told.',
    file: 'src/report/change-lines.ts',
    find: 'columns === undefined ? [] : [columnLine(columns)]',
    replace: 'columns === undefined ? [] : [columnLine(columns)].slice(1)',
    tests: [said(everywhere), said('is columns'), pull('by a column that gives the label away names the column')],
  },
]
