import { afterBlanks, endOfString } from './json.ts'

/**
 * Offset of the value at a path of keys and positions, in the text of valid JSON. If the text lacks it, for example because
 * a member was added after reading, the offset of the nearest enclosing value. The last of equal keys counts, as in
 * `JSON.parse`.
 */
export function offsetOf(text: string, path: readonly string[]): number {
  let at = afterBlanks(text, 0)
  for (const step of path) {
    const next = text[at] === '{' ? memberAt(text, at, step) : text[at] === '[' ? itemAt(text, at, step) : undefined
    if (next === undefined) return at
    at = next
  }
  return at
}

function memberAt(text: string, map: number, wanted: string): number | undefined {
  let found: number | undefined
  for (let at = afterBlanks(text, map + 1); text[at] === '"'; ) {
    const end = endOfString(text, at)
    const value = afterBlanks(text, afterBlanks(text, end + 1) + 1)
    if (JSON.parse(text.slice(at, end + 1)) === wanted) found = value
    at = afterComma(text, value)
  }
  return found
}

function itemAt(text: string, list: number, wanted: string): number | undefined {
  if (!/^\d+$/.test(wanted)) return undefined
  let at = afterBlanks(text, list + 1)
  for (let i = 0; i < Number(wanted); i++) {
    if (at >= text.length || text[at] === ']') return undefined
    at = afterComma(text, at)
  }
  return at >= text.length || text[at] === ']' ? undefined : at
}

/** Start of what follows the value at `at` and a comma; the closing bracket if it is the last value. */
function afterComma(text: string, at: number): number {
  const end = afterBlanks(text, endOfValue(text, at))
  return text[end] === ',' ? afterBlanks(text, end + 1) : end
}

/** Skips a value of any depth without recursion. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    const sign = text[i]
    if (sign === '"') i = endOfString(text, i)
    else if (sign === '[' || sign === '{') depth++
    else if (sign === ']' || sign === '}') {
      if (depth === 0) return i
      depth--
    } else if (depth > 0) continue
    else if (sign === ',') return i
    else continue
    if (depth === 0) return i + 1
  }
  return text.length
}
