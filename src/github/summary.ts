import { summary } from '@actions/core'
import { cutMarkdown, markdownDocument } from '../report/escape.ts'

/** Above 1 MiB the platform silently drops the whole summary. This leaves room for what else it counts. */
export const mostBytes = 1_000_000

/** Markdown of at most `most` bytes: truncated after a whole line, with code fences closed and a sentence that says so. */
export function fitted(markdown: string, most = mostBytes): string {
  const bytes = Buffer.byteLength(markdown)
  if (bytes <= most) return markdown
  const notice =
    '\n\n> [!NOTE]\n' +
    `> This summary was cut: it has ${bytes} bytes, and GitHub shows at most ${most}. See the full report.\n`
  return cutMarkdown(markdown, most, notice, Buffer.byteLength)
}

/** Writes the page that the run shows for this step. False if the runner has none, which changes nothing else. */
export async function writeSummary(markdown: string): Promise<boolean> {
  try {
    await summary.addRaw(fitted(markdownDocument(markdown))).write({ overwrite: true })
    return true
  } catch {
    return false
  }
}
