/**
 * Words that a person may write into a spec or a data file, each of which would be markup somewhere if it were not
 * escaped.
 */
export const hostileNames: readonly string[] = [
  '"><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '</style></svg><script>alert(2)</script>',
  "'; DROP TABLE runs; --",
  '@octocat please look',
  'fixes #12 and GH-34',
  'see https://evil.example/x and www.evil.example',
  '**bold** _it_ ~~no~~ `code` [a](b) ![i](j)',
  'a|b|c',
  'a\\|b',
  '``` ` ``',
  '## Gates\n\n| a |',
  '- [x] done',
  '1. one',
  '$x^2$',
  '\u202eright to left\u2066',
  '\u001b[31mred\u0007',
  '&amp;&lt;',
  '::error::boom',
  '%0A',
  '${{ secrets.TOKEN }}',
  '=HYPERLINK("https://evil.example")',
  '🙂🙂🙂',
  'x'.repeat(10_000),
]

export const hostile = hostileNames.slice(0, -1).join(' ')

/** What a line of foreign text would draw or command if it stood alone; found again by its last word. */
const drawn = [
  '# heading',
  '## heading',
  '![picture](https:&#47;&#47;evil.example&#47;x.png)',
  '::error::',
  '::set-output name=verdict::',
  '##[error]',
  '````',
  '> [!NOTE]',
  '| cell |',
  '- [x] box',
]
export const mark = 'FORGED'

/** Breaks a line in every way that something breaks lines. */
const lineBreaks = ['\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029']

/**
 * Names of files (no `/`, no NUL, at most 255 bytes): one breaks lines and draws, the other commands a terminal, hides and
 * turns around.
 */
export const breakingName = `wine${drawn.map((line, i) => `${lineBreaks[i % lineBreaks.length] ?? ''}${line} ${mark}`).join('')}`
export const hidingName =
  'h\n# FORGED\u001b[31mred\u001b]8;;x\u0007\u009b32m\u202eturned\u2066\u200b\u200d\u200e\u200f\u2060\u2064\ufeff\u061c\u00ad\u180e' +
  `\u{e0041}\u{e007f}\ufe0f\ufe01\ufff9\u007fe${'\u0301'.repeat(12)}`

/** Names of files and folders, each with one kind of harm, and harmless ones that must stay as they are. */
export const breakingNames: readonly string[] = [
  'a\n# heading FORGED',
  'a\n\n![picture](x) FORGED',
  'a\r::error::FORGED',
  'a\n::set-output name=verdict::pass FORGED',
  'esc\u001b[31mred',
  'c1\u009b31m',
  'nel\u0085# FORGED',
  'ls\u2028# FORGED',
  'bidi\u202egnp.exe',
  'zero\u200bwidth\u200d',
  'tag\u{e0041}\u{e0042}\u{e007f}',
  `zalgo${'\u0334'.repeat(40)}`,
  'a`b``c```d````e',
  '${{ github.token }}',
  '$(touch FORGED)',
  '`touch FORGED`',
  'quote\'d "twice"',
  '# comment: [x]',
  '- item',
  '{flow: map}',
  '*alias',
  '&anchor',
  '!tag',
  '%directive',
  '@at',
  'null',
  'true',
  '1e3',
  '0x1f',
  '2024-01-01',
  '~',
  'a: b',
  'a #b',
  ' leading',
  'trailing ',
  'back\\slash',
  '--option',
  '<b>html</b>',
  '&amp;',
  'tab\there',
  'del\u007f',
  '🙂 ünïcode',
  '👨‍👩‍👧',
]

const harmful = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]|\p{M}{6}/gu
const emoji = String.raw`\n|(?=\p{Emoji})\p{RGI_Emoji}`
/** Line breaks, emoji, and where we break apart what a runner or GitHub would find in the text. */
const ours = {
  text: new RegExp(emoji, 'gv'),
  log: new RegExp(`${emoji}|(?<=#)\u200b(?=#\\[)|(?<=:)\u200b(?=:)`, 'gv'),
  markdown: new RegExp(`${emoji}|(?<=[@#:w\\-])\u200b|\u200b(?=[\\-+=\\d])`, 'gv'),
}

/**
 * What foreign text did to bytes as they came out of the program: characters that command a terminal or hide, and lines that
 * begin with what the foreign text brought along. Empty where it did nothing.
 */
export function harmIn(text: string, kind: keyof typeof ours = 'text'): string[] {
  const shown = text.replace(ours[kind], ' ')
  const found = [...shown.matchAll(harmful), ...(kind === 'log' ? shown.matchAll(/##\[/g) : [])]
  const lines = text.split('\n').map((line) => line.trimStart())
  return [
    ...found.map((m) => JSON.stringify(shown.slice(Math.max(0, m.index - 40), m.index + 10))),
    ...lines.filter((line) => line.includes(mark) && ['# FORGED', ...drawn].some((start) => line.startsWith(start))),
  ]
}
