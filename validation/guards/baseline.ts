import type { Guard } from './guard.ts'

const baseScript = 'test/study/base-script.int.test.ts'
const unit = (file: string, name: string) => ({ file: `test/${file}.test.ts`, name })

/** What a change is held against, and what it gains by leaving nothing to hold. */
export const baselineGuards: readonly Guard[] = [
  {
    attack: 8,
    guard: 'The base is retrained with inputs of its own.',
    file: 'src/study/base-study.ts',
    find: 'return { ...rest, ...preparationOf(own.data) }',
    replace: 'return { ...rest, ...preparationOf(data) }',
    tests: [
      {
        file: 'test/action/pull.int.test.ts',
        name: 'that spoils its columns does not spoil those that its base is retrained with',
      },
      {
        file: 'test/action/pull.int.test.ts',
        name: 'that spoils its scale does not spoil those that its base is retrained with',
      },
      { file: 'test/action/pull.int.test.ts', name: 'without the columns that its base is retrained with has no verdict' },
    ],
  },
  {
    attack: 8,
    guard: 'The script of a base is not trained with packages that it does not pin.',
    file: 'src/study/base-script.ts',
    find: 'if (facts.files.packages !== head.facts.files.packages)',
    replace: 'if (facts.files.packages === head.facts.files.code)',
    tests: [{ file: baseScript, name: 'is refused before any training if the base pins other packages' }],
  },
  {
    attack: 8,
    guard: 'The script of a base is not compared on other data.',
    file: 'src/study/base-script.ts',
    find: 'if (plan.workload.data.fingerprint !== head.plan.workload.data.fingerprint)',
    replace: 'if (plan.workload.data.fingerprint === head.plan.fingerprint)',
    tests: [{ file: baseScript, name: 'is refused before any training if the base is measured on other data' }],
  },
  {
    attack: 8,
    guard: 'Jobs of a compiled workflow hold no change against itself.',
    file: 'src/action/base-commit.ts',
    find: "throw without === 'jobs' ?",
    replace: "if (without === 'jobs') return asked; else throw choice.path === '' ?",
    tests: [
      unit('action/base-commit', 'is never what the change declares'),
      {
        file: 'test/action/jobs.int.test.ts',
        name: 'attack 8: hold no change against itself where its base has no lock: baseline ""',
      },
    ],
  },
  {
    attack: 8,
    guard: 'Jobs of a compiled workflow hold no change against itself, where the workflow asks to retrain.',
    file: 'src/action/base-commit.ts',
    find: 'if (gates.some(needsBaseline)) throw jobs',
    replace: "if (gates.some(needsBaseline) && base === '') throw jobs",
    tests: [
      unit('action/base-commit', 'is never what the change declares'),
      {
        file: 'test/action/jobs.int.test.ts',
        name: 'attack 8: hold no change against itself where its base has no lock: baseline "retrain"',
      },
    ],
  },
  {
    attack: 8,
    guard: 'A gate that passes while inconclusive does not where nothing was measured.',
    file: 'src/gates/judge.ts',
    find: '(!excused || unmeasured === true)',
    replace: '!excused',
    tests: [
      unit('gates/edges', 'attack 8: lets no change through where it leaves nothing to measure: a candidate that crashes'),
      { file: 'test/action/rules.int.test.ts', name: 'attack 8: do not open a gate that passes while inconclusive' },
    ],
  },
  {
    attack: 8,
    guard: 'A lock that does not fit is nothing to compare with.',
    file: 'src/gates/missing-data.ts',
    find: '    nothingMeasured(\n      `Nothing to compare with: ${reason',
    replace: '    inconclusive(\n      `Nothing to compare with: ${reason',
    tests: [
      unit('gates/edges', 'attack 8: lets no change through where it leaves nothing to measure: no baseline that fits'),
      { file: 'test/action/rules.int.test.ts', name: 'attack 8: do not open a gate that passes while inconclusive' },
    ],
  },
  {
    attack: 8,
    guard: 'A candidate that diverges with its baseline is not let through.',
    file: 'src/gates/missing-data.ts',
    find: '? nothingMeasured(`${own} and',
    replace: '? inconclusive(`${own} and',
    tests: [
      unit('gates/edges', 'attack 8: lets no change through where it leaves nothing to measure: two sides that diverge'),
    ],
  },
  {
    attack: 8,
    guard: 'A crash is not let through.',
    file: 'src/gates/finding.ts',
    find: 'return nothingMeasured(\n      `The candidate',
    replace: 'return inconclusive(\n      `The candidate',
    tests: [
      unit('gates/edges', 'attack 8: lets no change through where it leaves nothing to measure: a candidate that crashes'),
    ],
  },
  {
    attack: 8,
    guard: 'A metric that is no number is not let through.',
    file: 'src/gates/finding.ts',
    find: 'return nothingMeasured(\n      `The metric',
    replace: 'return inconclusive(\n      `The metric',
    tests: [
      unit('gates/edges', 'attack 8: lets no change through where it leaves nothing to measure: a metric that is no number'),
    ],
  },
  {
    attack: 8,
    guard: 'A verification without a seed is not let through.',
    file: 'src/gates/finding.ts',
    find: 'side.values.length === 0 ? {',
    replace: 'side.values.length < 0 ? {',
    tests: [unit('gates/cut-short', 'with no seed at all is not a pass either')],
  },
  {
    attack: 8,
    guard: 'A run without a length is not let through.',
    file: 'src/gates/training-time.ts',
    find: 'return nothingMeasured(',
    replace: 'return inconclusive(',
    tests: [
      unit('gates/edges', 'attack 8: lets no change through where it leaves nothing to measure: a run that has no length'),
    ],
  },
]
