import { layerOf } from '../../layers/index.ts'
import { type Layer, placedLayers } from '../../layers/layer.ts'
import { inferShapes, parameterCount } from '../../layers/shapes.ts'
import { outputCount, type DataFacts } from '../../records/plan.ts'
import type { Task } from '../../records/metrics.ts'
import type { Report } from '../problem.ts'

/** What a model must fit. */
export interface ModelFacts extends DataFacts {
  readonly task: Task
}

/** Walks the layers from the input shape. Reports the first that does not fit, and an output that the loss cannot take. */
export function checkModel(layers: readonly Layer[], facts: ModelFacts, report: Report): { readonly parameters: number } {
  checkFirst(layers, report)
  checkVocabulary(layers, facts, report)
  const shaped = inferShapes(layers, facts.inputShape)
  if (!shaped.ok) {
    const { place, message, ...more } = shaped.error
    report('shape', ['model', 'layers', ...place], message, more)
    return { parameters: 0 }
  }
  const last = layers.length - 1
  checkOutput(shaped.value.at(-1)?.output ?? [], last, facts, report)
  checkLogits(layers, report)
  const parameters = parameterCount(shaped.value)
  if (parameters === 0) report('nothing-to-train', ['model', 'layers'], 'no layer has weights to train')
  return { parameters }
}

function checkOutput(output: readonly number[], last: number, facts: ModelFacts, report: Report): void {
  const wanted = outputCount(facts)
  if (output.length === 1 && output[0] === wanted) return
  const { classes, task } = facts
  const { what, why } = expected(facts, wanted)
  report('output', ['model', 'layers', last], `the last layer must output one ${what}`, {
    found: `[${output.join(', ')}]`,
    allowed: `[${wanted}]${why}`,
    hint: `end with - dense: { units: ${classes || task === 'multi-label' ? 'classes' : wanted} }`,
  })
}

/** What the last layer must output one of, and how many there are. */
function expected({ classes, targets, task }: ModelFacts, count: number) {
  if (classes) return { what: 'logit for each class', why: `: the data has ${count} classes` }
  if (task === 'multi-label') return { what: 'logit for each label', why: `: the spec names ${count} labels` }
  if (targets) return { what: 'number for each target', why: `: the spec names ${count} targets` }
  return { what: 'number', why: '' }
}

/** The loss takes logits, or a number of any size. An activation after the last weights would distort them. */
function checkLogits(layers: readonly Layer[], report: Report): void {
  const last = layers.at(-1)
  if (last !== undefined && 'activation' in last && last.activation !== 'linear') {
    report('output-activation', ['model', 'layers', layers.length - 1], 'the last layer has an activation', {
      found: last.activation,
      allowed: 'none: the loss applies softmax or sigmoid itself, and a regression output is a plain number',
    })
  }
}

/** A token id beyond those that the first layer takes would stop the first run. */
function checkVocabulary([first]: readonly Layer[], { vocabulary }: DataFacts, report: Report): void {
  const most = first && layerOf(first.kind).wholeNumbers?.(first)
  if (vocabulary === undefined || typeof most !== 'number' || most >= vocabulary) return
  report('vocabulary', ['model', 'layers', 0], `the ${first?.kind} takes fewer token ids than the text has`, {
    found: String(most),
    allowed: `at least ${vocabulary}`,
    hint: 'write vocabulary in place of the number, or lower data.inputs.vocabulary',
  })
}

/** Only the data contain integers, so a layer that reads them must be the first. */
function checkFirst(layers: readonly Layer[], report: Report): void {
  for (const { layer, place } of placedLayers(layers)) {
    const [index, ...within] = place
    const { readsWholeNumbers } = layerOf(layer.kind)
    if (readsWholeNumbers === undefined || (index === 0 && within.length === 0)) continue
    report('embedding-order', ['model', 'layers', ...place], readsWholeNumbers, {
      found: within.length > 0 ? `within ${layers[Number(index)]?.kind}` : `after ${layers[Number(index) - 1]?.kind}`,
    })
  }
}
