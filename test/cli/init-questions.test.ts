import { describe, expect, it } from 'vitest'
import { meantBy } from '../../src/cli/ask.ts'
import { settled } from '../../src/cli/commands/init-questions.ts'
import { inspect } from '../../src/data/inspect.ts'
import { file } from '../data/support.ts'

const cells = ['rock;live', 'live', '', 'jazz;rock;live', 'jazz', 'rock;90s', 'live;jazz']
const songs = await inspect(
  file(
    'asked.csv',
    `x,late,paid,note,tags,z\n${Array.from({ length: 70 }, (_, i) =>
      [(i * 37) % 41, i % 2, i % 3 === 0 ? 1 : 0, i % 4 === 0 ? 'a|b' : 'b', cells[i % 7], i * 1.25].join(','),
    ).join('\n')}\n`,
  ),
)

/** What comes of these answers, the questions, and what the user was told. */
async function answered(...answers: readonly string[]) {
  const [questions, told]: [string[], string[]] = [[], []]
  const left = [...answers]
  const summary = await settled(songs, {
    ask: async (question, usual, allowed, { several = false } = {}) => {
      questions.push(question)
      const said = left.shift() ?? ''
      if (said === '') return usual
      const found = several ? meantBy(said, allowed) : { ok: allowed.includes(said), value: said, error: said }
      if (!found.ok) throw new Error(`${said} is not among ${allowed.join(', ')}`)
      return found.value
    },
    tell: (...lines) => told.push(...lines),
  })
  expect(left).toEqual([])
  return { summary, questions, told: told.join('\n') }
}

describe('what init asks', () => {
  it('confirms the labels of one column by empty answers', async () => {
    const { summary, questions } = await answered('', '')
    expect(summary).toMatchObject({ target: 'tags', task: 'multi-label', labels: { separator: ';' } })
    expect(questions[1]).toBe('classification or regression or multi-label:')
  })

  it('takes several columns, whose values tell the task', async () => {
    const { summary, questions } = await answered('late, paid')
    expect(summary).toMatchObject({ targets: ['late', 'paid'], task: 'multi-label' })
    expect(summary.labels).toBeUndefined()
    expect(questions).toHaveLength(1)
    expect((await answered('x,z')).summary).toMatchObject({ targets: ['x', 'z'], task: 'regression' })
  })

  it('asks again if several columns do not go together, and says why', async () => {
    const { summary, told } = await answered('late,x', 'late', 'classification')
    expect(told).toContain('several targets are either all labels or all numbers')
    expect(summary).toMatchObject({ target: 'late', task: 'classification' })
    expect(summary.labels).toBeUndefined()
  })

  it('asks which columns are labels where one alone was named', async () => {
    const { summary, questions } = await answered('paid', 'multi-label', '')
    expect(questions[2]).toBe('Labels, columns of yes or no with commas between:')
    expect(summary).toMatchObject({ targets: ['late', 'paid'], task: 'multi-label' })
  })

  it('asks what separates labels where it is not sure, and offers what the cells have', async () => {
    const { summary, questions } = await answered('note', 'multi-label', '|')
    expect(questions[2]).toBe('Between two labels in note:')
    expect(summary).toMatchObject({ target: 'note', task: 'multi-label', labels: { separator: '|', minRows: 10 } })
  })

  it('does not offer labels for a column of numbers', async () => {
    const { questions } = await answered('z', 'regression')
    expect(questions[1]).toBe('classification or regression:')
  })

  it('takes no labels where the user says classes', async () => {
    expect((await answered('tags', 'classification')).summary).toMatchObject({ target: 'tags', task: 'classification' })
    expect((await answered('tags', 'classification')).summary.labels).toBeUndefined()
  })
})

describe('an answer of several', () => {
  const allowed = ['a', 'B', 'a,b']
  it.each([
    ['a', 'a'],
    ['b', 'B'],
    ['a,b', 'a,b'],
    ['a, b', 'a,B'],
  ])('%s means %s', (said, meant) => expect(meantBy(said, allowed)).toEqual({ ok: true, value: meant }))

  it('names the part that is none', () => expect(meantBy('a, c', allowed)).toEqual({ ok: false, error: 'c' }))
})
