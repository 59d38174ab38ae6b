import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import type { CurveGroup } from '../../src/diagnose/curve.ts'
import { diagnose, tooShortFor } from '../../src/diagnose/diagnose.ts'
import { foreignCurves } from '../../src/diagnose/read/foreign.ts'
import { findingsText } from '../../src/diagnose/text.ts'

const facts = { classes: 10, validationRows: 400, targetLoss: null }

function read(text: string, file = 'log.csv'): { groups: CurveGroup[]; notes: string[] } {
  const notes: string[] = []
  return { groups: foreignCurves(text, file, facts, (sentence) => notes.push(sentence)), notes }
}

const only = (text: string, file?: string) => {
  const { groups } = read(text, file)
  expect(groups.map((g) => g.curves.length)).toEqual([1])
  return groups[0]?.curves[0] ?? expect.fail('no curve')
}
const seen = (text: string, file?: string): string[] =>
  diagnose(read(text, file).groups).map((f) => `${f.subject} ${f.rule}: ${f.sights[0]?.sentence}`)
const problems = (text: string, file?: string): string[] => {
  try {
    read(text, file)
  } catch (error) {
    if (error instanceof InputError) return error.diagnostics.map((d) => `${d.code} ${d.at?.line ?? ''} ${d.hint ?? ''}`)
  }
  return []
}

/** Epochs of a training that overfits from the middle on, or of a healthy one. */
const epochs = (overfits: boolean, count = 30): string[] =>
  Array.from(
    { length: count },
    (_, i) => `${i},${2.3 * 0.8 ** i + 0.05},${0.5 + 1.8 * 0.75 ** i + (overfits ? 0.05 * i : 0)}`,
  )
const header = 'epoch,train_loss,val_loss'

describe('a log with values that are not finite', () => {
  const column = (name: string) => (value: string) => {
    const names = ['epoch', 'loss', 'val_loss']
    const rows = Array.from({ length: 12 }, (_, i) =>
      names.map((n) => (n === 'epoch' ? i : n === name && i >= 9 ? value : 2 * 0.8 ** i)).join(','),
    )
    return [names.join(','), ...rows].join('\n')
  }
  it.each(['loss', 'val_loss'])('of %s by epoch has stopped being finite there', (name) => {
    for (const value of ['nan', 'inf', '-inf', 'NaN'])
      expect(seen(column(name)(value))[0]).toBe('log.csv early-divergence: training stopped being finite at epoch 9')
  })
  it('everywhere has from the first epoch', () => {
    expect(seen('epoch,loss,val_loss\n0,nan,nan\n1,nan,nan\n')[0]).toContain('stopped being finite at epoch 0')
  })
  it('of gradients counts unless mixed precision skipped single steps', () => {
    const log = (norm: (step: number) => string) =>
      Array.from({ length: 60 }, (_, i) => `{"step": ${i + 1}, "loss": ${2 * 0.97 ** i}, "grad_norm": ${norm(i + 1)}}`).join(
        '\n',
      )
    expect(seen(log((step) => (step >= 41 ? 'NaN' : '1.5')))[0]).toContain('stopped being finite at step 41')
    expect(seen(log((step) => (step % 20 === 0 ? 'Infinity' : '1.5')))).toEqual([])
  })
  it('or by epoch with a loss that explodes is a divergence', () => {
    const rows = Array.from(
      { length: 14 },
      (_, i) => `${i},${i < 8 ? 2 * 0.8 ** i : 10 ** i},${i < 8 ? 2 * 0.8 ** i : 10 ** i}`,
    )
    expect(seen(`epoch,loss,val_loss\n${rows.join('\n')}`)[0]).toContain(
      'early-divergence: the training loss rose from 2 to',
    )
  })
})

describe('the order of the rows', () => {
  const [sound] = seen([header, ...epochs(true)].join('\n'))
  it('does not matter where each step occurs once', () => {
    expect(sound).toContain('overfit')
    expect(seen([header, ...epochs(true).toReversed()].join('\n'))).toEqual([sound])
    const shuffled = epochs(true).toSorted(
      (a, b) => ((Number.parseInt(a, 10) * 7) % 30) - ((Number.parseInt(b, 10) * 7) % 30),
    )
    expect(seen([header, ...shuffled].join('\n'))).toEqual([sound])
  })
  it('tells trainings apart that follow one another, with the header again or without', () => {
    for (const between of [[], [header]]) {
      const { groups, notes } = read([header, ...epochs(true), ...between, ...epochs(false)].join('\n'))
      expect(groups.map((g) => g.subject)).toEqual(['log.csv, training 1', 'log.csv, training 2'])
      expect(notes).toEqual(['log.csv: 2 trainings follow one another; each is judged by itself'])
      expect(diagnose(groups).map((f) => [f.subject, f.rule])).toEqual([['log.csv, training 1', 'overfit']])
    }
  })
  it('continues from a checkpoint, whose rows replace those that were lost', () => {
    const steps = [
      ...Array.from({ length: 50 }, (_, i) => `${i + 1},9`),
      ...Array.from({ length: 30 }, (_, i) => `${i + 41},1`),
    ]
    const { steps: read } = only(`step,loss\n${steps.join('\n')}`)
    expect(read.map((s) => s.step)).toEqual(Array.from({ length: 70 }, (_, i) => i + 1))
    expect(read.map((s) => s.loss)).toEqual([...Array(40).fill(9), ...Array(30).fill(1)])
  })
})

describe('shares', () => {
  it('above 1 are percent, and so is a sign', () => {
    const log = (cell: (i: number) => string) =>
      [
        'epoch,loss,val_loss,accuracy,val_accuracy',
        ...epochs(false, 6).map((row, i) => `${row},${cell(i)},${cell(i)}`),
      ].join('\n')
    const accuracies = (text: string) => only(text).evaluations.map((e) => e.validation.accuracy)
    const expected = accuracies(log((i) => String((80 + i) / 100)))
    expect(accuracies(log((i) => String(80 + i)))).toEqual(expected)
    expect(accuracies(log((i) => `${80 + i}%`))).toEqual(expected)
    expect(read(log((i) => String(80 + i))).notes).toEqual([
      'log.csv: the column accuracy is read as percent',
      'log.csv: the column val_accuracy is read as percent',
    ])
    expect(read(log(() => '1.0')).notes).toEqual([])
  })
})

describe('cells', () => {
  it('may be tensors as Python prints them', () => {
    const log = 'epoch,train_loss,val_loss\n0,"tensor(2.35, device=\'cuda:0\', grad_fn=<NllLossBackward0>)",tensor(2.5)\n'
    expect(only(log).evaluations.map((e) => [e.train.loss, e.validation.loss])).toEqual([[2.35, 2.5]])
  })
  it('that are no numbers are one error a column, with what to do', () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i};2,${i};3,${i}`)
    expect(problems(`\ufeffepoch;loss;val_loss\n${rows.join('\n')}`)).toEqual([
      'diagnose/not-a-number 2 write decimal points instead of decimal commas',
      'diagnose/not-a-number 2 write decimal points instead of decimal commas',
    ])
  })
  it('of a column that no other rule needs leave it out, with a note', () => {
    const { groups, notes } = read([`${header},lr`, ...epochs(true).map((row) => `${row},"[0.001, 0.01]"`)].join('\n'))
    expect(diagnose(groups).map((f) => f.rule)).toEqual(['overfit'])
    expect(notes).toEqual(['log.csv: the column lr is left out; it has values such as [0.001, 0.01]'])
    expect(problems('epoch,grad_norm\n0,high\n')).toEqual(['diagnose/not-a-number 2 '])
  })
})

describe('logs of other tools', () => {
  const state = {
    epoch: 2,
    log_history: [
      { epoch: 1, loss: 2, grad_norm: 1.5, learning_rate: 5e-5, step: 10 },
      { epoch: 1, eval_loss: 1.9, eval_accuracy: 0.5, step: 10 },
      { epoch: 2, loss: 1, grad_norm: 1.2, learning_rate: 4e-5, step: 20 },
      { epoch: 2, eval_loss: 1.1, eval_accuracy: 0.7, step: 20 },
      { epoch: 2, train_loss: 1.5, train_runtime: 100, step: 20 },
    ],
  }
  it.each([
    ['trainer_state.json of Hugging Face', JSON.stringify(state, null, 2)],
    ['its log as a list', JSON.stringify(state.log_history)],
    ['its log as a list over several lines', JSON.stringify(state.log_history, null, 1)],
  ])('%s', (_, text) => {
    const curve = only(text, 'trainer_state.json')
    expect(curve.steps.map((s) => [s.step, s.loss, s.learningRate, s.gradientNorm])).toEqual([
      [10, 2, 5e-5, 1.5],
      [20, 1, 4e-5, 1.2],
    ])
    expect(curve.evaluations.map((e) => [e.step, e.validation.loss, e.validation.accuracy])).toEqual([
      [10, 1.9, 0.5],
      [20, 1.1, 0.7],
    ])
  })
  it('the history of Keras, with its NaN', () => {
    const curve = only('{"loss": [2.0, NaN], "val_loss": [2.1, 1.5], "lr": [0.1, 0.1]}', 'history.json')
    expect(curve.evaluations.map((e) => [e.train.loss, e.validation.loss])).toEqual([
      [2, 2.1],
      [NaN, 1.5],
    ])
  })
  it.each([
    ['run-run1-tag-val_loss.csv', 'validation'],
    ['tb_val_loss.csv', 'validation'],
    ['run-validation-tag-epoch_loss.csv', 'validation'],
    ['logs/run-train-tag-train_loss.csv', 'train'],
  ])('%s, a scalar of TensorBoard', (file, split) => {
    const curve = only('Wall time,Step,Value\n1700000000.1,0,2.9\n1700000060.1,1,2.4\n', file)
    const losses = split === 'validation' ? curve.evaluations.map((e) => e.validation.loss) : curve.steps.map((s) => s.loss)
    expect(losses).toEqual([2.9, 2.4])
  })
  it('a scalar of TensorBoard whose file says nothing asks for its name', () => {
    expect(problems('Wall time,Step,Value\n1,0,2.9\n', 'scalars.csv')).toEqual([
      'diagnose/no-curve  name the column Value, or the file, after what it holds, such as val_loss',
    ])
  })
  it('a metric of MLflow', () => {
    const curve = only('1700000000000 2.9 0\n1700000001000 nan 1\n', 'mlruns/0/abc/metrics/val_loss')
    expect(curve.evaluations.map((e) => [e.step, e.validation.loss])).toEqual([
      [1, 2.9],
      [2, NaN],
    ])
  })
  it('an export of Weights & Biases, with one column for each run', () => {
    const name = (run: string, part = '') => `"${run} - train/loss${part}"`
    const head = [
      '"Step"',
      ...['sunny - wave-3', 'calm-sea-4'].flatMap((r) => [name(r), name(r, '__MIN'), name(r, '__MAX')]),
    ]
    const { groups } = read(`${head.join(',')}\n"0","2.3","2.2","2.4","2.2","",""\n"1","","","","1.9","",""\n`)
    expect(groups[0]?.curves.map((c) => [c.id, c.steps.map((s) => [s.step, s.loss])])).toEqual([
      ['sunny - wave-3', [[1, 2.3]]],
      [
        'calm-sea-4',
        [
          [1, 2.2],
          [2, 1.9],
        ],
      ],
    ])
  })
  it('results.csv of YOLO, whose losses have parts', () => {
    const curve = only(
      '   epoch,  train/box_loss,  train/cls_loss,  train/dfl_loss,  metrics/mAP50(B),  val/box_loss,  val/cls_loss,  val/dfl_loss,  lr/pg0\n' +
        '1,1,2,3,0.1,2,3,4,0.01\n2,0.5,1,1.5,0.2,1.5,2,3,0.01\n',
    )
    expect(curve.evaluations.map((e) => [e.epoch, e.train.loss, e.validation.loss])).toEqual([
      [1, 6, 9],
      [2, 3, 6.5],
    ])
  })
  it('metrics.json of detectron2', () => {
    const curve = only(
      '{"iteration": 19, "lr": 0.01, "total_loss": 2.35, "loss_cls": 0.1}\n{"iteration": 39, "total_loss": 2.2}\n',
    )
    expect(curve.steps.map((s) => [s.step, s.loss])).toEqual([
      [19, 2.35],
      [39, 2.2],
    ])
  })
  it('JSON that holds no log says what would', () => {
    for (const text of ['{\n "a": 1\n}', '[1, 2]', '[\n 1\n]', '{"a": [[1]]}'])
      expect(problems(text, 'x.json')[0], text).toMatch(/^diagnose\/(not-a-log|not-json-lines|no-curve)/)
  })
})

it('no suggestion renames a loss of training to one of validation, or a name to itself', () => {
  const hint = (names: string) => problems(`${names}\n${names.replaceAll(/\w+/g, '1')}\n`)[0] ?? ''
  expect(hint('iteration,all_loss')).not.toMatch(/val|iteration →/)
  expect(hint('Step,valid_los')).toBe('diagnose/no-curve  did you mean valid_los → valid_loss?')
})

it('a log that is too short says for how many rules', () => {
  for (const text of ['epoch,loss,val_loss\n0,1.2,1.3\n', [header, ...epochs(false, 2)].join('\n')]) {
    const { groups } = read(text)
    const text1 = findingsText(
      diagnose(groups),
      groups.map((g) => ({ subject: g.subject, runs: 1, tooShort: tooShortFor(g) })),
    )
    expect(text1).toBe(
      'log.csv (1 run): no rule found anything wrong, but 9 of 16 rules had too few evaluations or steps to judge.\n',
    )
  }
  expect(read([header, ...epochs(false)].join('\n')).groups.map(tooShortFor)).toEqual([{ rules: 0, of: 16 }])
})
