import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { normalize } from '../../src/compile/normalize.ts'
import { confirmationIn } from '../../src/stages/index.ts'
import { verificationSection } from '../../src/report/build.ts'
import { checklist } from '../../src/report/checklist.ts'
import { parseReport, reportText } from '../../src/report/json.ts'
import { lockText } from '../../src/report/lock.ts'
import type { Report } from '../../src/report/model.ts'
import { parseSpec } from '../../src/dsl/parse.ts'
import { verificationStatistics } from '../../src/gates/verification.ts'
import { audit, type ExpectedBaseline, type Rules } from '../../src/study/audit.ts'
import { retrainedSource } from '../../src/study/base-study.ts'
import { unwrap } from '../../src/study/read-spec.ts'
import type { Study } from '../../src/study/conclude.ts'
import type { StudyOptions } from '../../src/study/options.ts'
import { runStudy } from '../../src/study/run-study.ts'
import { digitsCheckout, studyOptions } from '../support/fan-out.ts'
import { digitsSpec } from '../support/specs.ts'
import { bundleWorker, type WorkerBundle } from '../support/worker-bundle.ts'

// Real studies, as a job hands them on: the text of the report and nothing else.

type Mutable<T> = { -readonly [K in keyof T]: Mutable<T[K]> }
type Change = (report: Mutable<Report>) => void

const regression = 'regression: { metric: accuracy, margin: 0.1 }'
const looks = digitsSpec({ seeds: 6 }).replace('seeds: 6', 'seeds: 6, looks: [3]')
const line = `version: 1
name: line
task: regression
data: { source: line.csv, target: y }
model: { layers: [{ dense: { units: 1 } }] }
levers: { optimization: { learningRate: 0.05 }, scheduling: { epochs: 8, warmupSteps: 0 } }
stages: [verify: { seeds: 3 }]
gates: [threshold: { metric: rmse, max: 100 }]
`
const rows = Array.from({ length: 120 }, (_, i) => `${i % 17},${2 * (i % 17) + (i % 5)}`)

let bundle: WorkerBundle
let plain: Study
const checked = new Map<string, Rules>()

beforeAll(async () => {
  bundle = await bundleWorker()
  plain = await study(digitsSpec({ seeds: 3, hidden: 4 }), { kind: 'any' })
})
afterAll(() => bundle.remove())

async function study(
  spec: string,
  baseline: ExpectedBaseline | ((checkout: string) => ExpectedBaseline),
  more: (checkout: string) => Partial<StudyOptions> = () => ({}),
): Promise<Study> {
  const checkout = digitsCheckout(spec)
  writeFileSync(join(checkout, 'line.csv'), `x,y\n${rows.join('\n')}\n`)
  const options = { ...studyOptions(checkout, bundle), ...more(checkout) }
  const done = await runStudy(options)
  const { task, gates, seed, stages } = unwrap(normalize(unwrap(parseSpec(spec, 'tuning.yml'))))
  const verify = confirmationIn(stages) ?? null
  const held = typeof baseline === 'function' ? baseline(checkout) : baseline
  checked.set(textOf(done), { specPath: options.specPath, task, script: false, gates, seed, verify, baseline: held })
  return done
}

const textOf = ({ report }: Study): string => reportText(report)

function rulesOf(done: Study): Rules {
  const rules = checked.get(textOf(done))
  if (!rules) throw new Error('the study is not one of these')
  return rules
}

/** What the audit says of the report with a change in its text. */
function said(done: Study, change: Change = () => undefined, rules: Partial<Rules> = {}): string {
  const forged = parseReport(textOf(done), 'report.json') as Mutable<Report>
  change(forged)
  const audited = audit(parseReport(JSON.stringify(forged), 'report.json'), { ...rulesOf(done), ...rules })
  return audited.ok ? audited.value.verdict.status : audited.error
}

const withBase =
  (base: string) =>
  (checkout: string): Partial<StudyOptions> => {
    writeFileSync(join(checkout, 'base.yml'), base)
    return { baseline: { kind: 'spec', spec: { path: join(checkout, 'base.yml') } } }
  }

describe('a study that nobody touched follows from its own numbers', () => {
  it('with a threshold', () => {
    expect(said(plain)).toBe('pass')
    const audited = audit(plain.report, rulesOf(plain))
    expect(audited.ok && JSON.stringify(audited.value)).toBe(JSON.stringify(plain.report))
  })

  it('against a lock, and against no other lock', async () => {
    const spec = digitsSpec({ seeds: 3, hidden: 4, gate: regression })
    const baseline = { kind: 'lock', lock: plain.lock, source: 'tuning.lock.json' } as const
    const done = await study(spec, baseline, (checkout) => {
      writeFileSync(join(checkout, 'tuning.lock.json'), lockText(plain.lock))
      return { baseline: { kind: 'file', path: join(checkout, 'tuning.lock.json') } }
    })
    expect(said(done)).toBe(done.verdict.status)
    const best = (s: Study['lock']['seeds'][number]): typeof s => ({ ...s, validation: { ...s.validation, accuracy: 1 } })
    const lock = { ...plain.lock, seeds: plain.lock.seeds.map(best) }
    expect(said(done, undefined, { baseline: { ...baseline, lock } })).toContain('says pass, but the numbers say')
    expect(said(done, undefined, { baseline: { kind: 'declared' } })).toContain('another baseline')
    expect(
      said(done, (r) => {
        r.levers.sinceLock = [{ lever: 'epochs', from: 1, to: 2 }]
      }),
    ).toContain('another baseline')
  })

  it('against the retrained base, whose runs it holds', async () => {
    const onTest = regression.replace('metric: accuracy', 'metric: accuracy, split: test')
    const own = digitsSpec({ seeds: 3, hidden: 4, gate: onTest })
    const base = digitsSpec({ seeds: 3, hidden: 6, gate: onTest })
    const retrained = (c: string): ExpectedBaseline => ({ kind: 'retrained', source: retrainedSource(join(c, 'base.yml')) })
    const done = await study(own, retrained, withBase(base))
    expect(done.verdict.gates[0]?.sentence).toContain('for other seeds and other rows')
    expect(said(done)).toBe(done.verdict.status)
    expect(
      said(done, (r) => {
        delete r.base
        delete r.timing.base
      }),
    ).toContain('another baseline')
    expect(
      said(done, (r) => {
        if (r.base) r.base.source = 'mine'
      }),
    ).toContain('another baseline')
    expect(
      said(done, (r) => {
        r.base?.runs.pop()
        r.timing.base?.pop()
      }),
    ).toContain('not retrained on the seeds')
    expect(
      said(done, (r) => {
        const [run] = r.base?.runs ?? []
        if (run?.validation) run.validation.accuracy = 1.5
      }),
    ).toContain('a run of the baseline has a validation accuracy of 1.5')
    expect(
      said(done, (r) => {
        r.timing.base?.pop()
      }),
    ).toContain('too many or too few times')
  })

  it('of a regression', async () => {
    const done = await study(line, { kind: 'any' })
    expect(said(done)).toBe('pass')
    const metric = (name: 'mse' | 'rmse' | 'mae' | 'r2', value: number): string =>
      said(
        done,
        everywhere((m) => {
          m[name] = value
        }),
      )
    expect(metric('r2', 1.01)).toContain('r2 of 1.01')
    expect(metric('rmse', 0)).toContain('rmse of 0 and a mse')
    expect(metric('mae', 1e6)).toContain('above its rmse')
    expect(metric('mse', -1)).toContain('mse of -1')
  })

  it('that its gates ended at a look, and at no other number of seeds', async () => {
    const done = await study(looks, { kind: 'any' })
    expect(done.report.verification?.seeds).toHaveLength(3)
    expect(said(done)).toBe('pass')
    // Two of the three are enough to pass, and nobody planned to look then.
    expect(said(done, cut(2))).toContain('cut short at 2 of 6 seeds')
    // All six, where three settle it: the draw that pleases may have been waited for.
    const all = await study(digitsSpec({ seeds: 6 }), { kind: 'any' })
    const verify = { stage: 'verify', seeds: 6, looks: [3, 6] } as const
    const late = said(
      all,
      (r) => {
        if (r.verification) r.verification.looks = [3, 6]
        retold(r)
      },
      { verify },
    )
    expect(late).toContain('settled at 3 seeds, but more were trained')
  })
})

describe('a study that its gates ended at a look', () => {
  it('attack 12: is not made of others of its seeds', async () => {
    const all = await study(digitsSpec({ seeds: 6 }), { kind: 'any' })
    // The last three of six, as if the gates had been looked at after them.
    const verify = { stage: 'verify', seeds: 6, looks: [3, 6] } as const
    const picked = said(
      all,
      (r) => {
        if (r.verification) r.verification.looks = [3, 6]
        cut(3, 3)(r)
      },
      { verify },
    )
    expect(picked).toContain('cut short at 3 of 6 seeds')
  })
})

/** Does the same to the metrics of the first winner wherever they stand. */
function everywhere(change: (metrics: Mutable<NonNullable<Report['runs'][number]['best']>>['validation']) => void): Change {
  return (report) => {
    const candidate = report.verification?.seeds[0]?.candidate
    if (candidate?.validation) change(candidate.validation)
    const summary = report.runs.find((run) => run.id === candidate?.run)
    if (summary?.best) change(summary.best.validation)
    // Where no lever moved, both sides are one run.
    const baseline = report.verification?.seeds[0]?.baseline
    if (baseline?.validation && baseline.run === candidate?.run) change(baseline.validation)
    retold(report)
  }
}

/** Keeps the second account of the verification like the first. */
function retold(report: Mutable<Report>): void {
  const findings = report.stages.find((s) => s.stage === 'verify')?.findings
  if (!findings?.verify || !report.verification) throw new Error('nothing was verified')
  const { looks: at, seeds } = report.verification
  findings.verify = structuredClone(at ? { looks: at, seeds } : { seeds })
}

const cut =
  (seeds: number, from = 0): Change =>
  (report) => {
    if (report.verification) report.verification.seeds = report.verification.seeds.slice(from, from + seeds)
    // Scores of all seeds together would give it away at once.
    delete report.verification?.ensemble
    delete report.verification?.byClass
    retold(report)
  }

const seedsOf = (report: Mutable<Report>): Mutable<NonNullable<Report['verification']>>['seeds'] =>
  report.verification?.seeds ?? []

describe('attack 12: a report is refused', () => {
  const cases: Readonly<Record<string, readonly [Change, string]>> = {
    'whose ensemble has members that nobody verified': [
      (r) => {
        if (r.verification?.ensemble) r.verification.ensemble.members = 4
      },
      'the ensemble has 4 members, but 3 seeds completed',
    ],
    'whose ensemble has an impossible score': [
      (r) => {
        const [, second] = r.verification?.ensemble?.models ?? []
        if (second) second.test.brier = 3
      },
      'the ensemble has a test brier of 3',
    ],
    'whose mean over single models is not the mean of its seeds': [
      (r) => {
        const [first] = r.verification?.ensemble?.models ?? []
        if (first) first.test.nll = 0.01
      },
      'the ensemble has a mean nll that its seeds do not have',
    ],
    'whose classes are scored over seeds that nobody verified': [
      (r) => {
        if (r.verification?.byClass) r.verification.byClass.seeds = 4
      },
      'the table of classes is over 4 seeds, but 3 completed',
    ],
    'whose classes have rows that are not scored': [
      (r) => {
        const [first] = r.verification?.byClass?.classes ?? []
        if (first) first.rows += 1
      },
      'the table of classes has 360 rows, but 359 are scored of 359 test rows',
    ],
    'whose classes do better than its seeds': [
      (r) => {
        for (const one of r.verification?.byClass?.classes ?? []) one.recall.mean = 1
      },
      'the table of classes has a mean accuracy that its seeds do not have',
    ],
    'whose classes have an impossible recall': [
      (r) => {
        const [first] = r.verification?.byClass?.classes ?? []
        if (first) first.recall.mean = 2
      },
      'the table of classes has a recall above 1',
    ],
    'whose status is not that of its gates': [
      (r) => {
        r.verdict.status = 'fail'
      },
      'it says fail, but its gates say pass',
    ],
    'whose sentence is not': [
      (r) => {
        r.verdict.sentence = 'All 9 gates pass.'
      },
      'words or estimates',
    ],
    'with a gate of another status than its numbers': [
      (r) => {
        for (const g of r.verdict.gates) g.status = 'fail'
      },
      'says fail, but the numbers say pass',
    ],
    'with another estimate': [
      (r) => {
        for (const g of r.verdict.gates) if (g.estimate) g.estimate.lower = 0.9
      },
      'words or estimates',
    ],
    'with a gate that does not block': [
      (r) => {
        for (const g of r.verdict.gates) g.blocks = true
      },
      'words or estimates',
    ],
    'with a gate more': [
      (r) => {
        r.verdict.gates = [...r.verdict.gates, ...r.verdict.gates]
      },
      'judges 2 gates',
    ],
    'without gates': [
      (r) => {
        r.verdict.gates = []
      },
      'judges 0 gates',
    ],
    'of other limits': [
      (r) => {
        for (const g of r.verdict.gates) if ('min' in g.rule) g.rule.min = 0
      },
      'gates other than those of the base',
    ],
    'of another spec': [
      (r) => {
        r.study.specFile = 'other.yml'
      },
      'of the spec other.yml',
    ],
    'of another task': [
      (r) => {
        r.study.task = 'regression'
      },
      'of a regression',
    ],
    'of another root seed': [
      (r) => {
        r.study.seed = 18
      },
      'root seed 18, not 17',
    ],
    'of least effects that the base does not declare': [
      (r) => {
        if (!r.verification) return
        r.study.leastEffect = { nll: 1e-9 }
        const metrics = verificationStatistics(r.verification, r.study.objective, r.study.leastEffect)
        r.verification = structuredClone(verificationSection(r.verification, metrics, r as Report, r.verification)) as never
        r.checklist = structuredClone(checklist(r as Report, rulesOf(plain))) as never
      },
      'least effects other than those of the base',
    ],
    'of another version': [
      (r) => {
        r.tool = 'tunegate 0.0.1'
      },
      'use the same version in both jobs',
    ],
    'with seeds left out': [cut(2), 'cut short at 2 of 3 seeds'],
    'with the first seed left out': [cut(2, 1), 'cut short at 2 of 3 seeds'],
    'with no seed': [cut(0), 'cut short at 0 of 3 seeds'],
    'with a seed twice': [
      (r) => {
        seedsOf(r).splice(1, 1, structuredClone(seedsOf(r)[0] as never))
        retold(r)
      },
      'verified twice',
    ],
    'with a seed of its own': [
      (r) => {
        const [first] = seedsOf(r)
        if (first) first.seed = 4
        retold(r)
      },
      'the seed 4 is not one of those',
    ],
    'with seeds in another order': [
      (r) => {
        seedsOf(r).reverse()
        retold(r)
      },
      'out of order',
    ],
    'with other looks': [
      (r) => {
        if (r.verification) r.verification.looks = [2, 3]
        retold(r)
      },
      'to be judged at 3 seeds, not at 2, 3',
    ],
    'with another account of its verification': [
      (r) => {
        seedsOf(r).pop()
      },
      'two accounts',
    ],
    'with a run that no list of runs has': [
      (r) => {
        for (const s of seedsOf(r)) s.candidate.run = 'x'
        retold(r)
      },
      'another account among the runs',
    ],
    'with other metrics than the list of runs': [
      (r) => {
        for (const s of seedsOf(r)) if (s.candidate.validation) s.candidate.validation.accuracy = 1
        retold(r)
      },
      'another account',
    ],
    'with runs that were cut short': [
      (r) => {
        for (const { job } of r.runs) if (job.kind === 'train') job.stopAfter = 0.5
      },
      'another account',
    ],
    'with a run of two times': [
      (r) => {
        r.timing.runs.push(structuredClone(r.timing.runs[0] as never))
      },
      'two times',
    ],
    'with a negative time': [
      (r) => {
        for (const t of r.timing.runs) t.seconds = -1
      },
      'an impossible time',
    ],
    'with a run twice': [
      (r) => {
        r.runs.push(structuredClone(r.runs[0] as never))
      },
      'is in the report twice',
    ],
    'with an accuracy over 1': [
      everywhere((m) => {
        m.accuracy = 1.25
      }),
      'accuracy of 1.25',
    ],
    'with a negative loss': [
      everywhere((m) => {
        m.nll = -0.5
      }),
      'nll of -0.5',
    ],
    'with a share that its rows do not give': [
      everywhere((m) => {
        m.accuracy = 0.7123
      }),
      'which no number of',
    ],
    'with the metric of another task': [
      everywhere((m) => {
        m.mse = 1
      }),
      'does not have the validation metrics',
    ],
    'without a metric': [
      everywhere((m) => {
        delete m.brier
      }),
      'does not have the validation metrics',
    ],
    'with test metrics of no rows': [
      (r) => {
        r.data.rows.test = 0
        for (const { job } of r.runs) if (job.kind === 'train') job.evaluateTest = false
      },
      'there are 0 test rows',
    ],
    'with a diverged run that has results': [
      (r) => {
        for (const s of seedsOf(r)) s.candidate.status = s.baseline.status = 'diverged'
        for (const run of r.runs) run.status = 'diverged'
        retold(r)
      },
      'its status is diverged',
    ],
    'with a reliability diagram of other rows': [
      (r) => {
        for (const b of binsOf(r)) b.count += 1
        retold(r)
      },
      'rows, but there are',
    ],
    'with a reliability diagram of another accuracy': [
      (r) => {
        for (const b of binsOf(r)) b.accuracy = 0
        retold(r)
      },
      'of another accuracy',
    ],
    'with two Brier scores': [
      (r) => {
        for (const c of calibrationsOf(r)) c.asTrained.brier = 1.9
        retold(r)
      },
      'two Brier scores',
    ],
    'calibrated on other rows': [
      (r) => {
        for (const c of calibrationsOf(r)) c.rows = 5
        retold(r)
      },
      'is calibrated on 5 test rows',
    ],
    'with a complete run that has no weights': [
      (r) => {
        for (const s of seedsOf(r)) s.candidate.weights = s.baseline.weights = null
        for (const run of r.runs) run.weights = null
        retold(r)
      },
      'is complete but has no results',
    ],
    'without a reliability diagram': [
      (r) => {
        for (const s of seedsOf(r)) delete s.candidate.calibration
        retold(r)
      },
      'no reliability diagram',
    ],
    'with other statistics': [
      (r) => {
        for (const m of r.verification?.metrics ?? []) m.sentence = 'accuracy is better'
      },
      'statistics of the report',
    ],
    'with another pooled diagram': [
      (r) => {
        if (r.verification?.calibration) r.verification.calibration.winner.temperature = 9
      },
      'statistics of the report',
    ],
    'with averaged weights that no run has': [
      (r) => {
        for (const s of seedsOf(r)) delete s.candidate.averaged
        retold(r)
      },
      'statistics of the report',
    ],
    'with an average of impossible metrics': [
      (r) => {
        for (const s of seedsOf(r)) if (s.candidate.averaged) s.candidate.averaged.validation.nll = -1
        retold(r)
      },
      'averaged validation nll of -1',
    ],
    'with an average on test rows alone': [
      (r) => {
        for (const s of seedsOf(r)) if (s.candidate.averaged) s.candidate.averaged.test = null
        retold(r)
      },
      'averages its weights without test metrics',
    ],
    'with a checklist of its own': [
      (r) => {
        for (const c of r.checklist) c.title = '# All good'
      },
      'statistics of the report',
    ],
    'with levers that did not move': [
      (r) => {
        r.levers.changes = [{ lever: 'epochs', from: 1, to: 2, bucket: 'scheduling', lineage: [] }]
      },
      'statistics of the report',
    ],
    'with a baseline of its own': [
      (r) => {
        r.base = { source: 'mine', runs: [], notes: [] }
      },
      'another baseline',
    ],
    'with stages that are none': [
      (r) => {
        r.stages.pop()
      },
      'stages of a study',
    ],
  }
  const calibrationsOf = (r: Mutable<Report>) =>
    seedsOf(r)
      .flatMap((s) => [s.candidate, s.baseline])
      .flatMap((run) => run.calibration ?? [])
  const binsOf = (r: Mutable<Report>) => calibrationsOf(r).flatMap((c) => c.asTrained.bins)

  it.each(Object.entries(cases))('%s', (_, [change, reason]) => expect(said(plain, change)).toContain(reason))

  it('that verifies where nobody asked for it', () => {
    expect(said(plain, undefined, { verify: null })).toContain('only the report itself defines the seeds')
  })

  it('and is never one that passes by a claim about its lock', () => {
    const baseline = { kind: 'lock', lock: plain.lock, source: 'tuning.lock.json' } as const
    expect(said(plain, undefined, { baseline })).toContain('another baseline')
    expect(
      said(
        plain,
        (r) => {
          r.levers.sinceLock = []
        },
        { baseline: { kind: 'declared' } },
      ),
    ).toContain('another baseline')
  })
})
