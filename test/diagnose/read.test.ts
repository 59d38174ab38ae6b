import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/base/diagnostics.ts'
import { stream } from '../../src/base/random.ts'
import type { CurveGroup } from '../../src/diagnose/curve.ts'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { columnNames, columnOf, columns } from '../../src/diagnose/read/columns.ts'
import { foreignCurves } from '../../src/diagnose/read/foreign.ts'
import { contextOfRun, isJournal, journalCurves } from '../../src/diagnose/read/journal.ts'
import { buckets } from '../../src/records/levers.ts'
import { isRun } from '../../src/run/valid-run.ts'
import { findingsText } from '../../src/diagnose/text.ts'
import type { RunResult } from '../../src/records/run.ts'
import { evaluationsCsv, evaluationsHeader, stepsCsv } from '../../src/report/csv.ts'
import { journalLine } from '../../src/run/journal-line.ts'
import { someLevers } from '../support/levers.ts'
import { curve } from './support.ts'

const facts = { classes: 10, validationRows: 400, targetLoss: null }
const read = (text: string): CurveGroup[] => foreignCurves(text, 'log.csv', facts)
const only = (text: string) => {
  const [group] = read(text)
  const [one] = group?.curves ?? []
  if (!one) throw new Error('no curve')
  return one
}

/** A run of ours with the numbers of a made-up curve. */
function runOf(seed: number, label = 'baseline', over: Parameters<typeof curve>[0] = {}): RunResult {
  const made = curve(over, seed)
  return {
    id: `${seed}`.padStart(8, '0'),
    engine: 'test',
    timing: { seconds: 1, stepsPerSecond: 1 },
    status: 'complete',
    best: null,
    probe: null,
    weights: '',
    request: {
      stage: 'verify',
      label,
      levers: someLevers,
      seed,
      job: { kind: 'train', length: 1, stopAfter: 1, evaluateTest: false },
    },
    steps: {
      loss: made.steps.map((s) => s.loss ?? NaN),
      learningRate: made.steps.map((s) => s.learningRate ?? NaN),
      gradientNorm: made.steps.map((s) => s.gradientNorm ?? NaN),
      clipped: made.steps.map((s) => s.clipped ?? false),
    },
    evaluations: made.evaluations.map((e) => ({
      step: e.step,
      epoch: e.epoch ?? 0,
      train: e.train.metrics,
      validation: e.validation.metrics,
    })),
  }
}

describe('our own files', () => {
  it('curves of a run: every step, from 1', () => {
    const run = runOf(1)
    const back = only(stepsCsv(run))
    expect(back.steps.map((s) => [s.step, s.loss, s.learningRate, s.gradientNorm, s.clipped]).slice(0, 2)).toEqual(
      [0, 1].map((i) => [i + 1, run.steps.loss[i], run.steps.learningRate[i], run.steps.gradientNorm[i], false]),
    )
    expect([back.steps.length, back.evaluations]).toEqual([300, []])
  })
  it('evaluations of all runs: trials by label, seeds by run', () => {
    const names = ['accuracy', 'balancedAccuracy', 'nll', 'ece'] as const
    const runs = [runOf(1), runOf(2), runOf(3, 'dropout 0.3')]
    const groups = read(evaluationsHeader(names) + runs.map((r) => evaluationsCsv(r, names)).join(''))
    expect(groups.map((g) => [g.subject, g.curves.map((c) => c.seed)])).toEqual([
      ['verify, baseline', [1, 2]],
      ['verify, dropout 0.3', [3]],
    ])
    const [e] = groups[0]?.curves[0]?.evaluations ?? []
    const [was] = runs[0]?.evaluations ?? []
    expect([e?.step, e?.epoch, e?.train.loss, e?.validation.loss, e?.validation.ece, e?.train.balancedAccuracy]).toEqual([
      10,
      1,
      was?.train.nll,
      was?.validation.nll,
      0.02,
      was?.train.balancedAccuracy,
    ])
  })
  it('a journal: full trainings alone, damaged lines left out, each run once', () => {
    const run = runOf(1)
    const probe: RunResult = {
      ...run,
      id: '00000009',
      request: { ...run.request, job: { kind: 'probe', steps: 1, memoryMiB: 1 } },
    }
    const twice = journalLine(run).repeat(2)
    const text = `{"journal":1,"plan":"p"}\n${twice}${journalLine(probe)}{"id":"broken\n${journalLine(runOf(2))}`
    expect([isJournal(text), isJournal('step,loss\n1,2\n')]).toEqual([true, false])
    const groups = journalCurves(text, (r) => contextOfRun(r, { classes: 10, rows: null, targetLoss: null }), isRun)
    expect(groups.map((g) => [g.subject, g.curves.map((c) => c.seed), g.context.task, g.curves[0]?.stepsPerEpoch])).toEqual([
      ['verify, baseline', [1, 2], 'classification', 10],
    ])
    expect(diagnose(groups)).toEqual([])
  })

  it('of a run without a part of its levers is no run', () => {
    const run = runOf(1)
    for (const part of buckets) {
      for (const value of [undefined, null, 7, []]) {
        expect(isRun({ ...run, request: { ...run.request, levers: { ...run.request.levers, [part]: value } } })).toBe(false)
      }
    }
  })
})

describe('files of other tools', () => {
  it('a row an epoch, as Keras writes it, counts from 1 and has its training loss in `loss`', () => {
    const back = only('epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,1.2,0.4,1.3\n1,0.6,1.1,0.5,1.2\n')
    expect(back.steps).toEqual([])
    expect(
      back.evaluations.map((e) => [
        e.step,
        e.epoch,
        e.train.loss,
        e.train.accuracy,
        e.validation.loss,
        e.validation.accuracy,
      ]),
    ).toEqual([
      [1, 0, 1.2, 0.5, 1.3, 0.4],
      [2, 1, 1.1, 0.6, 1.2, 0.5],
    ])
  })
  it('rows of steps with gaps and rows of validation between, as Lightning writes them', () => {
    const back = only(
      'epoch,step,train_loss,val_loss,lr-Adam\n0,0,2,,0.1\n0,1,1.5,,0.1\n0,1,,1.8,\n1,2,1.4,,0.1\n1,3,1.2,,0.1\n1,3,,1.6,\n',
    )
    expect(back.steps.map((s) => [s.step, s.loss, s.learningRate])).toEqual([
      [1, 2, 0.1],
      [2, 1.5, 0.1],
      [3, 1.4, 0.1],
      [4, 1.2, 0.1],
    ])
    expect(back.evaluations.map((e) => [e.step, e.train.loss, e.validation.loss])).toEqual([
      [2, 1.75, 1.8],
      [4, 1.2999999999999998, 1.6],
    ])
    expect(back.stepsPerEpoch).toBe(2)
  })
  it('JSON lines with slashes, camel case, nested objects and the NaN of Python', () => {
    const back = only(
      '{"global_step": 1, "train/loss": 2.5, "optim": {"lr": 0.1}, "gradNorm": 3, "tags": ' +
        '["x"]}\n\n{"global_step": 2, "train/loss": NaN, "gradNorm": Infinity}\n',
    )
    expect(back.steps.map((s) => [s.step, s.loss, s.learningRate, s.gradientNorm])).toEqual([
      [1, 2.5, null, 3],
      [2, NaN, null, Infinity],
    ])
    expect(diagnose(read('{"step":1,"loss":2}\n{"step":2,"loss":NaN}\n')).map((f) => f.rule)).toEqual(['early-divergence'])
  })
  it.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])('%s, a byte order mark and Windows line ends', (_, d) => {
    const back = only(`\ufeffstep${d}loss\r\n1${d}2.5\r\n2${d}inf\r\n`)
    expect(back.steps.map((s) => s.loss)).toEqual([2.5, Infinity])
  })
  it('the better known of two columns for one thing, wherever it stands', () => {
    expect(only('epoch,test_loss,val_loss,loss\n1,9,1,1\n2,9,1,1\n').evaluations[0]?.validation.loss).toBe(1)
    expect(only('epoch,val_loss,test_loss,loss\n1,1,9,1\n2,1,9,1\n').evaluations[0]?.validation.loss).toBe(1)
  })
  it('several runs in one file by a column', () => {
    const [group] = read('run,step,loss\na,1,2\nb,1,3\na,2,1\n')
    expect(group?.curves.map((c) => [c.id, c.steps.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ])
  })
  it('an overfit of any tool is found, and a healthy run is not', () => {
    const rows = (rise: number): string =>
      Array.from({ length: 20 }, (_, i) => `${i},${2 * 0.8 ** i},${0.4 + 1.6 * 0.7 ** i + rise * i}`).join('\n')
    const rules = (rise: number) => diagnose(read(`epoch,loss,val_loss\n${rows(rise)}\n`)).map((f) => f.rule)
    expect([rules(0.04), rules(0)]).toEqual([['overfit'], []])
  })
})

describe('what is no curve', () => {
  const messages = (text: string): string[] => {
    try {
      read(text)
    } catch (error) {
      if (error instanceof InputError)
        return error.diagnostics.map((d) => `${d.code} ${d.at?.line ?? ''} ${d.hint ?? ''}`.trim())
    }
    return []
  }
  it('is an input error with a place or a suggestion', () => {
    expect(messages('a,val_los\n1,2\n')).toEqual(['diagnose/no-curve  did you mean val_los → val_loss?'])
    expect(messages('step,loss\n1,2\n2,high\n3,x\n')).toEqual(['diagnose/not-a-number 3'])
    expect(messages('{"loss": 1}\n[1]\n')).toEqual(['diagnose/not-json-lines 2'])
    expect(messages('{"loss": 1}\n{"loss": \n')).toEqual(['diagnose/not-json-lines 2'])
    expect(messages('')).toEqual(['diagnose/no-curve'])
    expect(messages('step,loss\n1,"2\n')).toEqual(['diagnose/not-csv'])
  })
  it('never crashes on noise', () => {
    const random = stream(1, 'noise')
    const alphabet = [
      '1',
      '2.5',
      ',',
      '\n',
      'loss',
      'step',
      '"',
      '{',
      '}',
      ':',
      'nan',
      'val_loss',
      ' ',
      '\t',
      '-',
      '\u0000',
      'é',
    ]
    for (let i = 0; i < 3000; i++) {
      const words = Array.from({ length: random.integer(40) }, () => alphabet[random.integer(alphabet.length)])
      const text = `${i % 2 ? 'step,loss,val_loss\n' : ''}${words.join('')}`
      try {
        diagnose(read(text))
      } catch (error) {
        expect(error, text).toBeInstanceOf(InputError)
      }
    }
  })
})

describe('names', () => {
  it('stand for one column each', () => {
    const all = columnNames.flatMap((c) => columns[c])
    expect(new Set(all).size).toBe(all.length)
    expect(['valLoss', 'val/Loss', 'VAL_LOSS', 'val loss'].map(columnOf)).toEqual(Array(4).fill('validationLoss'))
    expect(columnOf('gpu_temperature')).toBeUndefined()
  })
})

describe('text for a terminal', () => {
  it("shows no control characters of a file's names", () => {
    const groups = read('label,epoch,loss,val_loss\n\u001b[31mred,0,2,nan\n')
    const text = findingsText(
      diagnose(groups),
      groups.map((g) => ({ subject: g.subject, runs: g.curves.length })),
    )
    expect(text).toContain('\\u001b[31mred')
    expect(text).not.toContain('\u001b')
  })
})
