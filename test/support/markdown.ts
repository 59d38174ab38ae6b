/** A page without its fenced blocks. */
const withoutFences = (page: string): string => page.replace(/^(`{3,})[^\n]*\n[^]*?^\1$/gm, '')

/** The relative links and pictures of a page, without those in code. */
export function linksOf(page: string): readonly string[] {
  const text = withoutFences(page).replace(/`[^`\n]*`/g, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((m) => m[1] ?? '').filter((link) => !/^(https?|mailto):/.test(link))
}

/** The anchors of a page's headings, as GitHub names them. */
export function anchorsOf(page: string): readonly string[] {
  const seen = new Map<string, number>()
  return [...withoutFences(page).matchAll(/^#{1,6} (.+)$/gm)].map((m) => {
    const slug = slugOf(m[1] ?? '')
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    return times === 0 ? slug : `${slug}-${times}`
  })
}

function slugOf(heading: string): string {
  const text = heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
  return text.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
}
