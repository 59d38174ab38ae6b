import { describe, expect, it } from 'vitest'
import { readInputs } from '../../src/github/inputs.ts'
import { manifest } from '../support/runner.ts'

const choices = {
  modelFormats: ['onnx', 'keras', 'all'] as const,
  stages: ['lr-range', 'batch', 'verify'] as const,
  engines: ['auto', 'wasm'] as const,
}

/** As the runner hands them over: defaults of action.yml below what the workflow says. */
const reading = (given: Readonly<Record<string, string>> = {}) => {
  const asked: string[] = []
  const result = readInputs('/home/work', choices, (name) => {
    asked.push(name)
    return (given[name] ?? String(manifest().inputs[name]?.default ?? '')).trim()
  })
  return { asked, result }
}

describe('the inputs', () => {
  it('have the defaults that action.yml states, and are the ones that it declares', () => {
    const { asked, result } = reading()
    expect(result).toEqual({
      ok: true,
      value: {
        mode: 'auto',
        stage: null,
        shard: null,
        shards: 8,
        jobMinutes: null,
        spec: '/home/work/tuning.yml',
        out: null,
        engine: 'auto',
        workers: null,
        stages: null,
        seeds: null,
        saveModel: null,
        baseline: { kind: 'beside-spec', required: false },
        resume: true,
        failOn: 'inconclusive',
        artifact: true,
        retentionDays: null,
        results: null,
      },
    })
    const ofComments = ['allow-forks', 'post', 'request', 'require-sha', 'run-result', 'token']
    expect([...asked, ...ofComments].sort()).toEqual(Object.keys(manifest().inputs).sort())
  })

  it('are read with all their forms', () => {
    const { result } = reading({
      spec: 'nets/a b/tuning.yml',
      out: './report',
      engine: 'WASM',
      workers: '2',
      stages: 'lr-range, verify\nlr-range',
      seeds: '8',
      'save-model': 'ONNX, keras',
      baseline: 'base/tuning.lock.json',
      resume: 'false',
      'fail-on': 'fail',
      artifact: 'false',
      'retention-days': '7',
      mode: 'shard',
      stage: 'batch',
      shard: '256/256',
      shards: '256',
      'job-minutes': '350',
    })
    expect(result).toEqual({
      ok: true,
      value: {
        mode: 'shard',
        stage: 'batch',
        shard: { index: 256, of: 256 },
        shards: 256,
        jobMinutes: 350,
        spec: '/home/work/nets/a b/tuning.yml',
        out: '/home/work/report',
        engine: 'wasm',
        workers: 2,
        stages: ['lr-range', 'verify'],
        seeds: 8,
        saveModel: ['onnx', 'keras'],
        baseline: { kind: 'file', path: '/home/work/base/tuning.lock.json' },
        resume: false,
        failOn: 'fail',
        artifact: false,
        retentionDays: 7,
        results: null,
      },
    })
  })

  it('tell the words of a baseline from paths, and one baseline from two', () => {
    const baselineOf = (given: Readonly<Record<string, string>>) => {
      const { result } = reading(given)
      return result.ok ? result.value.baseline : result.error.map((d) => `${d.code} ${d.found}`)
    }
    expect(baselineOf({ baseline: 'lock' })).toEqual({ kind: 'beside-spec', required: true })
    expect(baselineOf({ baseline: 'retrain' })).toEqual({ kind: 'declared' })
    const spec = { kind: 'spec', path: '/home/work/old.yml' }
    for (const baseline of ['', 'retrain']) expect(baselineOf({ baseline, 'base-spec': 'old.yml' })).toEqual(spec)
    expect(baselineOf({ baseline: './lock' })).toEqual({ kind: 'file', path: '/home/work/lock' })
    expect(baselineOf({ baseline: 'lock', 'base-spec': 'old.yml' })).toEqual([
      'action/base-spec baseline: lock, base-spec: old.yml',
    ])
  })

  it('are refused all at once, with what was found, what is allowed and the nearest name', () => {
    const { result } = reading({
      spec: '../other/tuning.yml',
      out: '/etc',
      engine: 'wasn',
      workers: '0',
      stages: 'verfy',
      seeds: '1',
      baseline: 'a/../../b',
      'fail-on': 'sometimes',
      artifact: 'yes',
      'retention-days': '1e2',
    })
    expect(result.ok ? [] : result.error.map((d) => d.code)).toEqual([
      'action/spec',
      'action/out',
      'action/engine',
      'action/workers',
      'action/stages',
      'action/seeds',
      'action/baseline',
      'action/fail-on',
      'action/artifact',
      'action/retention-days',
    ])
    expect(result.ok ? null : result.error[2]).toEqual({
      code: 'action/engine',
      severity: 'error',
      message: "the input 'engine' of this step is not valid",
      found: 'wasn',
      allowed: 'auto, wasm',
      hint: 'did you mean wasm?',
    })
  })

  it.each([
    [{ mode: 'shard', stage: 'batch' }, 'action/shard'],
    [{ mode: 'shard', shard: '1/2' }, 'action/stage'],
    [{ mode: 'stage' }, 'action/stage'],
    [{ mode: 'shard', stage: 'batch', shard: '3/2' }, 'action/shard'],
    [{ mode: 'shard', stage: 'batch', shard: '0/2' }, 'action/shard'],
    [{ mode: 'shard', stage: 'batch', shard: '1/257' }, 'action/shard'],
    [{ mode: 'plan', shards: '257' }, 'action/shards'],
    [{ mode: 'plan', shards: '0' }, 'action/shards'],
    [{ mode: 'stage', stage: 'batches' }, 'action/stage'],
    [{ mode: 'plans' }, 'action/mode'],
    [{ results: 'runs.jsonl' }, 'action/results'],
    [{ mode: 'gate', results: '../runs.jsonl' }, 'action/results'],
  ])('are refused where the mode needs another: %j', (given, code) => {
    const { result } = reading(given)
    expect(result.ok ? [] : result.error.map((d) => d.code)).toEqual([code])
  })

  it('name results one a line, so that a path may have blanks', () => {
    const { result } = reading({ mode: 'gate', results: 'runs/seed 1.csv\n\n  runs/mlruns \n' })
    expect(result.ok && result.value.results).toEqual(['/home/work/runs/seed 1.csv', '/home/work/runs/mlruns'])
  })

  it('may name a file whose name begins with two dots', () => {
    const { result } = reading({ spec: '..tuning.yml' })
    expect(result.ok && result.value.spec).toBe('/home/work/..tuning.yml')
  })
})
