import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stream } from '../../src/base/random.ts'
import { tunegate, workFolder } from '../support/cli.ts'
import { onTerminal } from '../support/on-terminal.ts'

test('init measures the noise for its gates, and writes the same spec again, which is valid without a warning', async () => {
  const folder = workFolder()
  const written = async (name: string): Promise<string> => {
    const { code, out, err } = await tunegate(folder, ['init', 'examples/wine/wine.csv', '--output', name])
    expect([code, out, err]).toEqual([0, expect.stringMatching(/pilot: 5 trainings of 20 epochs .* in [\d.]+ s\n/), ''])
    return readFileSync(join(folder, name), 'utf8')
  }
  const text = await written('one.yml')
  expect(text).toMatch(/# Pilot: validation accuracy 0\.9\d over 5 seeds; standard error on 35 test rows/)
  expect(text).toMatch(/- calibration: \{ metric: nll, split: test, margin: 0\.0\d+ \}/)
  expect(await written('two.yml')).toBe(text)
  const { code, err } = await tunegate(folder, ['validate', 'one.yml'])
  expect([code, err]).toEqual([0, ''])
})

test('init says why there is no pilot, and writes gates all the same', async () => {
  const folder = workFolder()
  const wide = ['init', 'examples/digits/digits.csv.gz', '--target', '0', '--output', 'flat.yml']
  const { code, out, err } = await tunegate(folder, wide)
  // Pixel 0 is empty in every image. The spec is there to change, and the code says that it cannot train.
  expect([code, err]).toEqual([2, expect.stringContaining('flat.yml needs a change before it can train:')])
  expect([code, out]).toEqual([2, expect.stringContaining('no pilot, so the gates rest on the number of rows alone: ')])
  expect(readFileSync(join(folder, 'flat.yml'), 'utf8')).toContain('# No pilot: two standard errors on 359 test rows')
})

test('init says in three lines what it understood, and what it prints next runs as printed', async () => {
  const folder = workFolder()
  const rows = Array.from({ length: 120 }, (_, i) => {
    const [sex, survived] = [i % 3 === 0 ? 'female' : 'male', (i * 7 + (i % 3 === 0 ? 1 : 0)) % 5 < 2 ? 1 : 0]
    const age = i % 9 === 0 ? '' : 20 + ((i * 13) % 47)
    return [
      survived,
      (i % 3) + 1,
      `Dr. Nobody ${i}`,
      sex,
      age,
      `1912-04-${10 + (i % 9)}`,
      ['First', 'Second', 'Third'][i % 3],
    ].join(',')
  })
  writeFileSync(join(folder, 'people.csv'), ['survived,pclass,name,sex,age,boarded,class', ...rows].join('\n'))
  const { code, out } = await tunegate(folder, ['init', 'people.csv', '--no-pilot', '-o', 'a b.yml'])
  expect(code).toBe(0)
  expect(out).toContain('Task:   classification: survived has 2 classes in 120 rows\n')
  expect(out).toMatch(
    /^Target: survived, because its name tells it, and it has 2 values; another: node dist\/cli\/index\.js init /m,
  )
  expect(out).toMatch(/^Inputs: .*gaps are filled in: age \(14\); left out: name \(names the rows\)$/m)
  expect(out).toMatch(/^ {2}valid: 5 stages, about \d+ runs$/m)
  const plan = /^ {2}node dist\/cli\/index\.js (plan .*)$/m.exec(out)?.[1] ?? ''
  expect(plan).toBe("plan 'a b.yml'")
  expect((await tunegate(folder, ['plan', 'a b.yml'])).code).toBe(0)
})

test.each([
  ['data outside of the folder that the spec may read', '../outside.csv', /init\/outside.*\n.*\n.*\n.*copy/],
  ['images without labels', 'pixels.csv', /init\/no-target.*images without labels/],
  [
    'columns of a file that has texts alone',
    'texts.csv --inputs columns',
    /init\/no-columns.*no columns besides its texts that a model can read\n.*words/,
  ],
  ['texts of a file that has none', 'numbers.csv --inputs text', /init\/no-text.*no column of texts\n.*x, y\n.*columns/],
])('init refuses %s before it writes anything', async (_, data, message) => {
  const folder = workFolder()
  writeFileSync(join(folder, '../outside.csv'), 'a,y\n1,0\n2,1\n')
  const pixels = Array.from({ length: 40 }, (_, i) => Array.from({ length: 64 }, (_, j) => (i * 7 + j * 3) % 17).join(','))
  writeFileSync(join(folder, 'pixels.csv'), pixels.join('\n'))
  writeFileSync(
    join(folder, 'numbers.csv'),
    `x,y\n${Array.from({ length: 40 }, (_, i) => `${(i * 7) % 11},${i % 2}`).join('\n')}\n`,
  )
  const sentences = Array.from(
    { length: 40 },
    (_, i) => `number ${i} was a film that ${i % 2 ? 'we' : 'they'} saw again,${i % 2}`,
  )
  writeFileSync(join(folder, 'texts.csv'), `words,y\n${sentences.join('\n')}\n`)
  const { code, out, err } = await tunegate(folder, ['init', ...data.split(' ')])
  expect([code, out, err]).toEqual([2, '', expect.stringMatching(message)])
  expect(existsSync(join(folder, 'tuning.yml'))).toBe(false)
})

/** 300 rows of a text, a number, a category and a day; how much the label follows each. */
function reviews(follows: 'words' | 'price' | 'both'): string {
  const random = stream(5, 'reviews')
  const [good, bad] = ['lovely sturdy bright quick', 'broken dull flimsy slow'].map((words) => words.split(' ')) as [
    string[],
    string[],
  ]
  const filler = 'the lamp on my desk came with a cable and some screws in a box from the shop near us'.split(' ')
  const pick = (words: readonly string[]): string => words[random.integer(words.length)] ?? ''
  const rows = Array.from({ length: 300 }, (_, i) => {
    const label = random.integer(2)
    const wordsTell =
      follows === 'price' ? random.integer(2) : random.integer(5) > 0 || follows === 'words' ? label : 1 - label
    const text = [
      ...Array.from({ length: 9 }, () => pick(filler)),
      pick(wordsTell ? good : bad),
      pick(wordsTell ? good : bad),
    ]
    const price = 20 + 4 * random.normal() + (label && follows !== 'words' ? (follows === 'price' ? 9 : 6) : 0)
    const month = String(1 + Math.floor(i / 25)).padStart(2, '0')
    return [text.join(' '), price.toFixed(2), pick(['red', 'blue']), `2025-${month}-${10 + (i % 19)}`, label].join(',')
  })
  return ['review,price,color,sold,liked', ...rows].join('\n')
}

test.each([
  ['words', 'text', 'both', /inputs: \{ text: review, tokenizer: word/],
  ['price', 'columns', 'both', /inputs: auto .*\n.*split/],
  ['both', 'both', 'text', /\{ text: review, tokenizer.*\n? *numeric: \[price\], categorical: \[color\] \}/],
] as const)('init reads what tells the target: the %s', async (follows, chosen, other, inputs) => {
  const folder = workFolder()
  writeFileSync(join(folder, 'reviews.csv'), reviews(follows))
  const { code, out } = await tunegate(folder, ['init', 'reviews.csv', '--no-pilot'])
  expect([code, out]).toEqual([
    0,
    expect.stringContaining('a linear model that tells the classes of liked apart has the log loss 0.'),
  ])
  const [, columns = '', text = '', both = ''] =
    /loss (0\.\d+) with the columns, (0\.\d+) with the words of review, (0\.\d+) with both, and 0\.69/.exec(out) ?? []
  const losses = { columns: Number(columns), text: Number(text), both: Number(both) }
  // More inputs must save a hundredth of the loss by chance, ln 2.
  expect(losses[chosen]).toBeLessThan(Math.min(...Object.values(losses)) + 0.007)
  const spec = readFileSync(join(folder, 'tuning.yml'), 'utf8')
  expect(spec).toMatch(inputs)
  expect(spec).toContain('# Why these inputs: on training rows that it has not seen')
  const again = new RegExp(`^.*${other} or \\w+ instead: node dist/cli/index.js (.*)$`, 'm').exec(out)?.[1]?.split(' ') ?? []
  expect(again).toEqual(['init', 'reviews.csv', '--inputs', other, '--force'])
  const second = await tunegate(folder, [...again, '--no-pilot'])
  expect([second.code, second.out]).toEqual([0, expect.stringContaining('; you named these; ')])
  expect(readFileSync(join(folder, 'tuning.yml'), 'utf8')).not.toMatch(inputs)
})

/** 400 days of sales; whether they change over time. */
function sales(changes: boolean, day: (i: number) => string | number): string {
  const random = stream(8, 'sales')
  const rows = Array.from({ length: 400 }, (_, i) => {
    const heat = 10 + (changes ? i / 30 : 0) + 3 * random.normal()
    return [day(i), random.integer(500), heat.toFixed(2), (2 * heat + 3 * random.normal()).toFixed(2)].join(',')
  })
  return ['sold,units,heat,price', ...rows].join('\n')
}
const date = (i: number): string => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)

test('init does not split by time where that leaves a class without training rows', async () => {
  const folder = workFolder()
  const random = stream(9, 'late')
  const rows = Array.from({ length: 300 }, (_, i) =>
    [date(i), random.normal().toFixed(3), i > 200 ? 'new' : 'old'].join(','),
  )
  writeFileSync(join(folder, 'late.csv'), ['day,heat,label', ...rows].join('\n'))
  const { code, out } = await tunegate(folder, ['init', 'late.csv', '--no-pilot'])
  const said = 'Split:  at random, since a split by day leaves no training row of the class "new"'
  expect([code, out]).toEqual([0, expect.stringContaining(said)])
  expect(readFileSync(join(folder, 'tuning.yml'), 'utf8')).toContain('split: { validation: 0.2, test: 0.2')
})

test.each([
  [
    'by days that rows change with',
    true,
    date,
    /^Split: {2}by time: the latest rows of sold are the test, because new rows .*, as a split by sold shows: the label differs /m,
  ],
  [
    'by seconds that rows change with',
    true,
    (i: number) => 1.7e9 + 86_400 * i,
    /^Split: {2}by time: the latest rows of sold/m,
  ],
  [
    'at random where rows do not change',
    false,
    date,
    /^Split: {2}at random, since early and late .* write split: \{ time: sold \}$/m,
  ],
  [
    'at random where days are not to be read',
    true,
    (i: number) => date(i).split('-').reverse().join('.'),
    /^Split: {2}at random; rows cannot be split by sold: .*not a time \(allowed: numbers, or ISO 8601/m,
  ],
] as const)('init splits %s', async (_, changes, day, said) => {
  const folder = workFolder()
  writeFileSync(join(folder, 'sales.csv'), sales(changes, day))
  const { code, out } = await tunegate(folder, ['init', 'sales.csv', '--no-pilot'])
  expect([code, out]).toEqual([0, expect.stringMatching(said)])
  const spec = readFileSync(join(folder, 'tuning.yml'), 'utf8')
  const isByTime = out.includes('Split:  by time')
  expect(spec).toContain(
    isByTime ? 'split: { time: sold, validation: 0.2, test: 0.2 }' : 'split: { validation: 0.2, test: 0.2',
  )
})

test.skipIf(process.platform === 'win32')('init asks on a terminal, also for several labels', (context) => {
  const folder = workFolder()
  const rows = Array.from(
    { length: 80 },
    (_, i) => `${(i * 37) % 41},${i % 2},${i % 3 === 0 ? 'yes' : 'no'},${(i * 13) % 53}`,
  )
  writeFileSync(join(folder, 'orders.csv'), `x,late,paid,z\n${rows.join('\n')}\n`)
  const acts = [
    { after: 'Column to predict', type: 'late,z\n' },
    { after: '(?s)all labels or all numbers.*Column to predict', type: 'paid\n' },
    { after: 'classification or regression or multi-label', type: 'multi-label\n' },
    { after: 'Labels, columns of yes or no', type: '\n' },
  ]
  const { code, left, raw } = onTerminal(context, folder, ['init', 'orders.csv', '--no-pilot'], { acts })
  expect([code, left]).toEqual([0, 0])
  expect(raw).toContain('multi-label: late, paid say yes or no in 80 rows')
  expect(readFileSync(join(folder, 'tuning.yml'), 'utf8')).toContain('target: [late, paid]')
})

test('init turns off augmentation that its own check would warn of', async () => {
  const folder = workFolder()
  const values = stream(3, 'prices')
  const rows = Array.from(
    { length: 600 },
    (_, i) => `${Math.exp(2 * values.normal()).toFixed(2)},${values.normal().toFixed(3)},${i % 2}`,
  )
  writeFileSync(join(folder, 'prices.csv'), `price,x,y\n${rows.join('\n')}\n`)
  const { code, err } = await tunegate(folder, ['init', 'prices.csv', '--no-pilot'])
  expect([code, err]).toEqual([0, ''])
  expect(readFileSync(join(folder, 'tuning.yml'), 'utf8')).toMatch(
    /^augmentation: \{ noise: 0 \} +# .*look like other data/m,
  )
})

test('what init writes for one column of labels runs, and its model predicts', async () => {
  const folder = workFolder()
  const cells = ['rock;live', 'live', '', 'jazz;rock;live', 'jazz', 'rock;90s', 'live;jazz']
  const values = stream(5, 'songs')
  const rows = Array.from({ length: 140 }, (_, i) => {
    const own = cells[i % 7] ?? ''
    const at = (label: string): string => (Number(own.includes(label)) + 0.3 * values.normal()).toFixed(3)
    return [at('rock'), at('live'), at('jazz'), own].join(',')
  })
  writeFileSync(join(folder, 'my songs.csv'), `a,b,c,tags\n${rows.join('\n')}\n`)
  const init = await tunegate(folder, ['init', 'my songs.csv', '--no-pilot'])
  expect([init.code, init.out]).toEqual([0, expect.stringContaining('tags lists 4 labels, ";" between them, in 140 rows')])
  const run = await tunegate(folder, [
    'run',
    '--stages',
    'verify',
    '--save-model',
    'onnx',
    '--out',
    'out',
    '--engine',
    'wasm',
  ])
  expect([0, 3]).toContain(run.code)
  const predicted = await tunegate(folder, ['predict', 'out/models', 'my songs.csv', '--engine', 'wasm'])
  const [header, first] = predicted.out.split('\n')
  expect(header).toBe('90s,jazz,live,rock,P(90s),P(jazz),P(live),P(rock)')
  expect(first?.split(',').slice(1, 4)).toEqual(['0', '1', '1'])
})
