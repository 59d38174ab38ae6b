import type { SpecPath } from '../../dsl/parse.ts'
import type { Spec, Stage } from '../../dsl/tuning.gen.ts'
import type { StageName, StageSettings } from '../../records/plan.ts'
import type { ReportProblem, SpecContext } from '../../stages/definition.ts'
import { stageNamed, stageNames } from '../../stages/index.ts'
import type { Report } from '../problem.ts'

/** A stage of a spec: its name, and its settings as written. */
interface Listed {
  readonly name: StageName
  readonly settings: unknown
}

/** The listed stages with every setting. A name alone uses the preset's settings. */
export function normalizeStages(
  stages: Spec['stages'],
  context: Omit<SpecContext, 'written'>,
  report: Report,
): StageSettings[] {
  const fit = (name: StageName): boolean =>
    (stageNamed(name).needs ?? []).every((lever) => context.idle(lever) === undefined)
  const listed = stages?.map(declared) ?? stageNames.filter(fit).map((name) => ({ name, settings: {} }))
  checkOrder(
    listed.map(({ name }) => name),
    report,
  )
  const own: SpecContext = { ...context, written: writtenIn(stages) }
  return listed.map(({ name, settings: written }, index) => {
    const stage = stageNamed(name)
    const at: SpecPath = ['stages', index, name]
    const reportProblem: ReportProblem = (code, path, message, more) => report(code, [...at, ...path], message, more)
    const settings = stage.normalize(written, own)
    const fixed = stage.needs?.find((lever) => context.idle(lever) !== undefined)
    if (fixed !== undefined) {
      report('lever-without-effect', at, `the stage ${name} needs the lever ${fixed}`, {
        hint: `remove the stage, or name the lever: ${context.idle(fixed)}`,
      })
    }
    stage.check?.(settings, written, own, reportProblem)
    return settings
  })
}

/** A stage of a spec is its name, or a map with one key. */
function declared(written: Stage): Listed {
  if (typeof written === 'string') return { name: written, settings: {} }
  const [name = '', settings] = Object.entries(written)[0] ?? []
  return { name, settings }
}

/** If a stage is listed twice, which is an error, the first entry counts. */
const writtenIn = (stages: Spec['stages'] = []): SpecContext['written'] =>
  stages.reduceRight<SpecContext['written']>((all, stage) => (typeof stage === 'string' ? all : { ...all, ...stage }), {})

function checkOrder(names: readonly StageName[], report: Report): void {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index) {
      report('stage-twice', ['stages', index], 'a stage can run only once', { found: name, hint: 'remove one of them' })
      continue
    }
    const before = names.slice(0, index).find((n) => stageNames.indexOf(n) > stageNames.indexOf(name))
    if (before !== undefined) {
      report('stage-order', ['stages', index], `${name} must come before ${before}`, {
        found: names.join(', '),
        allowed: `the order ${stageNames.join(', ')}`,
      })
    }
  }
}
