import schema from '../../schema/report.schema.json' with { type: 'json' }
import { parseJsonDocument, type DocumentKind } from './documents.ts'
import type { Report } from './model.ts'

const kind: DocumentKind = {
  what: 'the report',
  code: 'report',
  schema,
  mostBytes: 200_000_000,
  hint: 'point to the report.json that a run wrote, of this version of tunegate',
}

export const reportText = (report: Report): string => `${JSON.stringify(report, null, 1)}\n`

/** A report from its text; throws an `InputError` that says what is wrong and where. `file` is only for messages. */
export const parseReport = (text: string, file: string): Report => parseJsonDocument(text, file, kind) as Report
