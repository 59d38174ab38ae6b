import { html } from '../escape.ts'
import { section } from './parts.ts'
import { style } from './style.ts'

export interface Section {
  readonly id: string
  readonly title: string
  readonly inner: string
  /** Its name in the navigation bar, if the title is too long. */
  readonly link?: string
  /** What stands in its place if it is folded, in a few words; without it, it does not fold. */
  readonly gist?: string
}

/** A page of this tool. `title` is text; everything else is HTML already. */
export interface Page {
  readonly title: string
  readonly header: string
  /** Sections without content are omitted, and not linked. */
  readonly sections: readonly Section[]
  readonly footer: string
  /** The only script that may run, by its text and the hash in the page's policy. */
  readonly script?: { readonly text: string; readonly hash: string; readonly style: string }
  /** For a page that a local server renews: a second script, which may ask that server and nobody else. */
  readonly poll?: { readonly text: string; readonly hash: string }
}

/**
 * One self-contained file. The policy in its head forbids the browser to load anything and to run any script except the one
 * with the named hash, so even a mistake in escaping could not.
 */
export function pageHtml({ title, header, sections, footer, script, poll }: Page): string {
  const shown = sections.filter(({ inner }) => inner !== '')
  const links = shown.map(({ id, title: name, link }) => `<li><a href="#${id}">${html(link ?? name)}</a></li>`).join('')
  const hashes = [script, poll].flatMap((one) => (one ? [`'${one.hash}'`] : []))
  const scripts = hashes.length === 0 ? '' : `; script-src ${hashes.join(' ')}`
  const policy = `default-src 'none'; style-src 'unsafe-inline'${scripts}${poll ? "; connect-src 'self'" : ''}`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark"><title>${html(title, 200)}</title>
<style>${script?.style ?? ''}${style}</style></head>
<body><a class="skip" href="#${shown[0]?.id ?? 'main'}">Skip to content</a><header class="top">${header}</header>
<nav aria-label="Sections"><ul>${links}</ul></nav>
<main id="main">${shown.map((s) => section(s.id, s.title, s.inner, s.gist)).join('\n')}</main>
<footer>${footer}</footer>${
    script
      ? `
<script>${script.text}</script>`
      : ''
  }${poll ? `\n<script>${poll.text}</script>` : ''}</body></html>
`
}
