/**
 * Words that a person may write into a spec or a data file, each of which would be markup somewhere if it were not
 * escaped.
 */
export const hostileNames: readonly string[] = [
  '"><script>alert(1)</script>', '<img src=x onerror=alert(1)>', '</style></svg><script>alert(2)</script>', '\'; DROP TABLE runs; --',
  '@octocat please look', 'fixes #12 and GH-34', 'see https://evil.example/x and www.evil.example', '**bold** _it_ ~~no~~ `code` [a](b) ![i](j)',
  'a|b|c', 'a\\|b', '``` ` ``', '## Gates\n\n| a |', '- [x] done', '1. one', '$x^2$', '\u202eright to left\u2066', '\u001b[31mred\u0007', '&amp;&lt;',
  '::error::boom', '%0A', '${{ secrets.TOKEN }}', '=HYPERLINK("https://evil.example")', '🙂🙂🙂', 'x'.repeat(10_000),
]

export const hostile = hostileNames.slice(0, -1).join(' ')
