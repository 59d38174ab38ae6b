import type { DataId } from './backend.ts'
import { elementwise } from './elementwise.ts'
import { sumDown } from './generated/reduction.ts'
import { inputsOf, type KernelCall, showsInput } from './recording.ts'

/**
 * The same calls, with everything that a loop can compute moved up: right after the kernel that makes the last of its inputs,
 * which can then hand over its result in pieces.
 */
export function nearProducers(calls: readonly KernelCall[]): readonly KernelCall[] {
  const makers = new Map<DataId, KernelCall>()
  for (const call of calls) for (const { dataId } of call.outputs) if (!makers.has(dataId)) makers.set(dataId, call)
  const missing = new Map<KernelCall, Set<KernelCall>>()
  const readers = new Map<KernelCall, KernelCall[]>()
  for (const call of calls) {
    const needs = new Set(inputsOf(call).flatMap(({ dataId }) => makers.get(dataId) ?? []))
    needs.delete(call)
    missing.set(call, needs)
    for (const maker of needs) readers.set(maker, [...(readers.get(maker) ?? []), call])
  }
  const ordered = new Set<KernelCall>()
  for (const call of calls) {
    const ready = [call]
    for (let next = ready.pop(); next; next = ready.pop()) {
      if (ordered.has(next)) continue
      ordered.add(next)
      for (const reader of readers.get(next) ?? []) {
        const needs = missing.get(reader)
        needs?.delete(next)
        if (needs?.size === 0 && joinsLoops(reader)) ready.unshift(reader)
      }
    }
  }
  return [...ordered]
}

const joinsLoops = (call: KernelCall): boolean => elementwise(call) !== null || sumDown(call) !== null || showsInput(call)
