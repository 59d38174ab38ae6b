/** A layer in the graph of a functional model. */
export interface GraphLayer {
  readonly name: string
  /** The layers whose outputs it takes. */
  readonly inputs: readonly string[]
}

/**
 * The layers in the order in which Keras lists them (`model.layers`), on which the names in its weight files depend: by
 * their distance from the output, the furthest first, and layers of equal distance in the order in which a search from the
 * output meets them (`map_graph` in keras/src/ops/function.py). Layers that do not lead to the output are not in it.
 */
export function kerasOrder<L extends GraphLayer>(layers: readonly L[], output: string): readonly L[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]))
  const met: L[] = []
  const finished: L[] = []
  const visit = (name: string): void => {
    const layer = byName.get(name)
    if (!layer || met.includes(layer)) return
    met.push(layer)
    for (const input of layer.inputs) visit(input)
    finished.push(layer)
  }
  visit(output)
  const distance = new Map<string, number>()
  for (const { name, inputs } of finished.toReversed()) {
    const own = distance.get(name) ?? 0
    for (const input of inputs) distance.set(input, Math.max(own + 1, distance.get(input) ?? 0))
  }
  // The sort is stable.
  return met.toSorted((a, b) => (distance.get(b.name) ?? 0) - (distance.get(a.name) ?? 0))
}
