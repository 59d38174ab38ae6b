import schema from '../../schema/report.schema.json' with { type: 'json' }
import { printableLines } from '../base/printable.ts'
import { confirmation } from '../stages/index.ts'
import { fittingDocument, parseJsonDocument, type DocumentKind } from './documents.ts'
import type { Report } from './model.ts'

export const mostReportBytes = 200_000_000

const kind: DocumentKind = {
  what: 'the report',
  code: 'report',
  schema,
  version: 1,
  upgrade: withCalibration,
  mostBytes: mostReportBytes,
  mostValues: 5_000_000,
  hint: 'pass a report.json that a run of this version of tunegate wrote',
}

/**
 * Reports from before reliability diagrams were stored have none to show; a line among the omissions says so. The schema
 * finds any other problem.
 */
function withCalibration(value: unknown): unknown {
  const { verification, omissions } = (value ?? {}) as { readonly verification?: unknown; readonly omissions?: unknown }
  const lacks = typeof verification === 'object' && verification !== null && !('calibration' in verification)
  if (!lacks || !Array.isArray(omissions)) return value
  const absent = {
    stage: confirmation.name,
    what: 'reliability diagrams',
    why: 'the report was written before they were kept; run the study again to get them',
  }
  return {
    ...(value as object),
    verification: { ...verification, calibration: null },
    omissions: [...(omissions as unknown[]), absent],
  }
}

/**
 * Indented, with every item of a long list on a line of its own: of ten thousand runs, indentation would be a quarter of the
 * file. Unprintable characters become escapes, so that a file shown in a terminal does no harm either.
 */
export const reportText = (report: Report): string => `${printableLines(indented(report, ''))}\n`

/** From this length on, the items of a list have one line each. */
const longList = 20

function indented(value: unknown, margin: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${margin} `
  const list = Array.isArray(value)
  const parts = list
    ? value.map((item) => (value.length >= longList ? JSON.stringify(item) : indented(item ?? null, inner)))
    : Object.entries(value).flatMap(([key, of]) =>
        of === undefined ? [] : [`${JSON.stringify(key)}: ${indented(of, inner)}`],
      )
  const [open, close] = list ? '[]' : '{}'
  return parts.length === 0 ? `${open}${close}` : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`
}

/** A report from its text. Throws an `InputError` that says what is wrong and where. `file` is only for messages. */
export const parseReport = (text: string, file: string): Report => parseJsonDocument(text, file, kind) as Report

/** A report from a value that was read already; null if it is none. */
export const asReport = (value: unknown): Report | null => (fittingDocument(value, kind) as Report | undefined) ?? null
