import { describe, expect, it } from 'vitest'
import { understood } from '../../src/cli/commands/init-words.ts'
import { factsOf, retargeted } from '../../src/cli/commands/init-target.ts'
import { inspect } from '../../src/data/inspect.ts'
import { file, problemsOf } from '../data/support.ts'

const rows = Array.from({ length: 40 }, (_, i) =>
  [i % 7, (i * 13) % 40, i % 2, i % 3 === 0 ? 'yes' : 'no', i * 1.5 + 0.25, (i * 17) % 31, 'abc'[i % 3]].join(','),
)
const table = file('several.csv', `x,z,urgent,billing,price,"a,b",kind\n${rows.join('\n')}\n`)
const summary = await inspect(table)

describe('the commands that init proposes', () => {
  const lines = (given: { readonly inputs?: 'text' | 'columns' | 'both'; readonly target?: string }) =>
    understood(retargeted(summary, given.target), { text: null, otherInputs: ['text'] }, ['a.csv'], given)

  it('keep what the user chose besides', () => {
    expect(lines({ inputs: 'columns' })[1]).toContain('init a.csv --inputs columns --target COLUMN --force')
    expect(lines({ target: 'price' })[2]).toContain('init a.csv --target price --inputs text --force')
    expect(lines({})[1]).toContain('init a.csv --target COLUMN --force')
  })
})

describe('the targets that a user names', () => {
  it('are labels if every column says yes or no', () => {
    const found = retargeted(summary, 'urgent, billing')
    expect([found.task, found.target, found.targets]).toEqual(['multi-label', 'urgent', ['urgent', 'billing']])
    expect(understood(found, { text: null }, ['several.csv']).slice(0, 2)).toEqual([
      'Task:   multi-label: urgent, billing say yes or no in 40 rows',
      expect.stringContaining('Target: urgent, billing, because you named them'),
    ])
    expect(understood(found, { text: null }, ['several.csv'])[2]).not.toMatch(/urgent|billing/)
  })

  it('are the labels of one column that lists them, and no longer if another is named', async () => {
    const cells = ['rock;live', 'live', '', 'jazz;rock;live', 'jazz', 'rock;90s', 'live;jazz']
    const lines = Array.from({ length: 70 }, (_, i) => `${(i * 37) % 41},${cells[i % 7]},${(i * 13) % 53}`)
    const listing = await inspect(file('songs.csv', `x,tags,z\n${lines.join('\n')}\n`))
    const other = retargeted(listing, 'z')
    expect([other.task, other.labels]).toEqual(['regression', undefined])
    const back = retargeted(other, 'tags')
    expect([back.task, back.labels]).toEqual(['multi-label', { separator: ';', count: 4, minRows: 1 }])
    expect(factsOf(back, 20)).toMatchObject({ task: 'multi-label', classes: 2 })
    expect(understood(back, { text: null }, ['songs.csv'])[0]).toBe(
      'Task:   multi-label: tags lists 4 labels, ";" between them, in 70 rows',
    )
  })

  it('are two classes each, however many spellings of yes and no they have', async () => {
    const spelled = ['No,0', 'no,0', 'YES,1', 'Yes,1', 'yes,0', 'NO,1'].map((both, i) => `${i},${both}`)
    const many = await inspect(file('spelled.csv', `x,late,paid\n${[...spelled, ...spelled].join('\n')}\n`))
    expect(many.columns.find(({ name }) => name === 'late')?.distinct).toBeGreaterThan(2)
    expect(factsOf(retargeted(many, 'late,paid'), 20)).toMatchObject({ task: 'multi-label', classes: 2 })
  })

  it('are numbers of a regression if every column has numbers that measure something', () => {
    const found = retargeted(summary, 'price,z')
    expect([found.task, found.targets]).toEqual(['regression', ['price', 'z']])
  })

  it('may have a comma in the name of one column', () => {
    const found = retargeted(summary, 'a,b')
    expect([found.target, found.targets]).toEqual(['a,b', undefined])
  })

  it.each([
    ['urgent,price', 'init/mixed-targets', /yes or no in urgent, and not in price/],
    ['price,kind', 'init/mixed-targets', /texts in kind/],
    ['urgent,biling', 'init/unknown-column', /did you mean billing/],
    ['urgent,urgent', 'init/column-twice', /urgent/],
  ])('are refused as %s', async (target, code, words) => {
    const problems = await problemsOf(Promise.resolve().then(() => retargeted(summary, target)))
    expect(problems.map((one) => one.code)).toEqual([code])
    expect(JSON.stringify(problems)).toMatch(words)
  })
})
