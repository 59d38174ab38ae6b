#!/usr/bin/env node
import { main } from './cli/main.ts'

// A reader that has seen enough, as `head`, closes the pipe; that is no error, and the exit code is still the verdict's.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
process.exitCode = await main(process.argv)
