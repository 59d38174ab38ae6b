import type { ErrorObject } from 'ajv/dist/2020.js'
import { isMap, jsonOrUndefined, type JsonLimits } from '../../../base/json.ts'
import { schemaChecker } from '../../../base/schema.ts'
import { eventSchema, eventTypes, mostLine } from './event-schema.ts'
import { quoted, TrainerFault, type TrainerEvent } from './events.ts'

/** What a script may report in one run: enough for ten million steps, and no disk is filled by it. */
export const mostEventBytes = 1024 * 1024 * 1024

const check = schemaChecker(eventSchema())

/** Reads the events file of one run as it grows. What it is fed comes from the script, so nothing about it is trusted. */
export class EventReader {
  private rest = ''
  private line = 0
  private bytes = 0
  private readonly decoder = new TextDecoder()
  private readonly onEvent: (event: TrainerEvent) => void

  constructor(onEvent: (event: TrainerEvent) => void) {
    this.onEvent = onEvent
  }

  /** Throws a `TrainerFault` at the first line that is not an event. */
  feed(chunk: Uint8Array): void {
    this.bytes += chunk.byteLength
    if (this.bytes > mostEventBytes) {
      throw new TrainerFault('flood', `the script reported more than ${mostEventBytes / 2 ** 20} MiB of events`)
    }
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) this.read(line)
    if (this.rest.length > mostLine) this.read(this.rest)
  }

  /** The last line counts without a line break too. */
  finish(): void {
    const { rest } = this
    this.rest = ''
    if (rest.trim() !== '') this.read(rest)
  }

  private read(text: string): void {
    this.line += 1
    if (text.trim() === '') return
    const event = eventOf(text, this.line)
    if (event) this.onEvent(event)
  }
}

/** The event of a line; undefined for a type that this version does not know. */
export function eventOf(text: string, line: number): TrainerEvent | undefined {
  const where = `line ${line} of the events`
  if (text.length > mostLine) throw new TrainerFault('malformed', `${where} is longer than ${mostLine} characters`)
  const value = parsed(text)
  if (!isMap(value)) {
    throw new TrainerFault(
      'malformed',
      `${where} is not a JSON object: ${quoted(text)}; append one JSON object per line to the file in TUNEGATE_EVENTS`,
    )
  }
  const { type } = value
  if (typeof type !== 'string') throw new TrainerFault('malformed', `${where} has no type: ${quoted(text)}`)
  if (!eventTypes.some((known) => known === type)) return undefined
  const [error] = check(value).errors.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'not')
  if (error) throw new TrainerFault('malformed', `${where} is not a valid ${type}: ${problemOf(error)}: ${quoted(text)}`)
  // The schema that the type was written from has just accepted it.
  return value as unknown as TrainerEvent
}

const limits: JsonLimits = { bytes: 4 * mostLine, depth: 8, values: 2000 }

/** Python and others write NaN and Infinity, which JSON does not have. A number may also be too large, as 1e400 is. */
function parsed(text: string): unknown {
  const finite = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found.startsWith('"') ? found : 'null',
  )
  return withoutInfinity(jsonOrUndefined(finite, limits))
}

function withoutInfinity(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (Array.isArray(value)) return value.map(withoutInfinity)
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, of]) => [key, withoutInfinity(of)])) : value
}

function problemOf({ instancePath, keyword, params, message = keyword }: ErrorObject): string {
  const field = instancePath.slice(1).replaceAll('/', '.')
  if (keyword === 'required') return `${[field, String(params['missingProperty'])].filter(Boolean).join('.')} is missing`
  if (keyword === 'type') return `${field} must be a ${String(params['type']).replaceAll(',', ' or ')}`
  if (keyword === 'enum') return `${field} must be one of ${String(params['allowedValues']).replaceAll(',', ', ')}`
  if (keyword === 'const') return `${field} must be ${JSON.stringify(params['allowedValue'])}`
  return `${field} ${message}`
}
