import type { Posting } from '../../src/github/post.ts'

/** The commit that is judged. */
export const head = 'a'.repeat(40)

/** What a job posts of pull request 7, whose base branch is main. */
export const posting = (more: Partial<Posting> = {}): Posting => ({
  what: ['comment', 'check', 'status'],
  pull: 7,
  sha: head,
  into: 'main',
  run: 77,
  runUrl: 'https://github.com/octo/nets/actions/runs/77',
  title: 'tunegate',
  verdict: { status: 'pass', sentence: 'All gates pass.', fails: false },
  text: '### pass\n',
  notes: [],
  ...more,
})
