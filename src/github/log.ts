import * as core from '@actions/core'
import { printable } from '../base/printable.ts'

/**
 * One line of text that the runner cannot mistake for a command: it obeys `::` at the start of a line and `##[` anywhere.
 * Names in a spec and messages of a training process end up in the log, and neither is trusted.
 */
export function harmless(text: string): string {
  return printable(text, 4000)
    .replace(/^(\s*):(?=:)/, '$1:\u200b')
    .replaceAll('##[', '#\u200b#[')
}

/** Prints one line. What it quotes can neither start another line nor be a command. */
export function say(line: string): void {
  core.info(harmless(line))
}

/** Prints several texts, each as one line. */
export function sayAll(lines: readonly string[]): void {
  for (const line of lines) say(line)
}

let open = false

/** Starts a part of the log that a reader can fold, and ends the previous part. */
export function section(title: string): void {
  endSection()
  core.startGroup(harmless(title))
  open = true
}

export function endSection(): void {
  if (open) core.endGroup()
  open = false
}
