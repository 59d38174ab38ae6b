import { InputError } from '../../base/diagnostics.ts'

/** The action as a workflow that we write may name it. Throws for anything else: a tag can be moved, a commit cannot. */
export function checkedUses(uses: string, code: 'init/uses' | 'compile/uses'): string {
  if (/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses)) return uses
  throw new InputError([{
    code, severity: 'error', message: 'the action is not named by a commit', found: uses,
    allowed: 'owner/name@ and the 40 digits of a commit: a tag can be moved',
  }])
}
