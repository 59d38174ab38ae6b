/**
 * Why markup is not well-formed, or undefined where it is: every tag closed in order, every attribute quoted, no bare `<` or
 * `&`. A script without attributes is passed over. Strict as XML, with HTML's void elements allowed, so that hostile text
 * that opens or closes anything is found.
 */
export function markupProblem(text: string): string | undefined {
  const open: string[] = []
  const token =
    /<!doctype html>|<script>(?:(?!<\/script)[\s\S])*<\/script>|<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|<style>[^<]*<\/style>|[^<]+|</g
  let at = 0
  for (const match of text.matchAll(token)) {
    if (match.index !== at) return `unread text at ${at}: ${text.slice(at, at + 80)}`
    at += match[0].length
    const [whole, closing, name, , selfClosing] = match
    if (name === undefined) {
      if (whole === '<') return `a bare < at ${match.index}: ${text.slice(match.index, match.index + 80)}`
      if (!whole.startsWith('<') && /&(?!(?:amp|lt|gt|quot|#\d+);)/.test(whole)) return `a bare & in ${whole.slice(0, 80)}`
      continue
    }
    if (selfClosing || ['meta', 'br', 'input'].includes(name)) continue
    if (closing === '') open.push(name)
    else if (open.pop() !== name) return `</${name}> closes nothing at ${match.index}`
  }
  return open.length === 0 ? undefined : `never closed: ${open.join(', ')}`
}

export const duplicates = (values: readonly string[]): string[] => values.filter((v, i) => values.indexOf(v) !== i)
export const idsOf = (text: string): string[] => [...text.matchAll(/\sid="([^"]*)"/g)].map((m) => m[1] ?? '')
