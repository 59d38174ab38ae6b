// The entry of the GitHub Action. Like `cli.ts`, it alone does its work while it is loaded.
import { main } from './action/main.ts'

process.exitCode = await main(process.env)
