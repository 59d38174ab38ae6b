// The entry of the GitHub Action. Like `cli.ts`, it alone does its work while it is loaded.
import { isPostStep, keepJournals } from './action/keep-journal.ts'
import { main } from './action/main.ts'

// `post.js` beside the bundle loads it again when the job ends. No variable of the job decides which of the two runs.
process.exitCode = await (isPostStep(process.argv[1]) ? keepJournals : main)(process.env)
