import { CsvError, parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { stream, type Stream } from '../../src/base/random.ts'
import { CsvScan } from '../../src/data/formats/csv-scan.ts'
import { file, problemsOf, brief, config, smallCsv } from './support.ts'
import { loadDataset } from '../../src/data/load.ts'

const mostRecord = 1000

/** The records as csv-parse reads them, with the rules of the reader; null if it refuses the text. */
function expected(text: Buffer, delimiter: string): string[][] | null {
  try {
    return parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      max_record_size: mostRecord,
      delimiter,
    })
  } catch (error) {
    if (error instanceof CsvError) return null
    throw error
  }
}

function scanned(text: Buffer, delimiter: string): string[][] | null {
  const scan = new CsvScan(text, delimiter, mostRecord)
  const records: string[][] = []
  while (scan.next()) records.push(Array.from({ length: scan.count }, (_, cell) => scan.text(cell)))
  return scan.odd ? null : records
}

const pieces = [
  'a',
  '1.5',
  ',',
  ',',
  ';',
  '\t',
  '\n',
  '\n',
  '\r',
  '\r\n',
  '"',
  '"',
  '""',
  ' ',
  '  ',
  '\u00a0',
  'é',
  '\ufeff',
  '\0',
]
const textOf = (random: Stream): string =>
  Array.from({ length: random.integer(24) }, () => pieces[random.integer(pieces.length)]).join('')

describe('the scanner of delimited text', () => {
  it('splits random text as csv-parse does, and finds odd what csv-parse refuses', () => {
    const random = stream(0, 'scan')
    const seen = { read: 0, odd: 0, differ: 0 }
    for (let i = 0; i < 30_000; i++) {
      const [text, delimiter] = [textOf(random), [',', ';', '\t'][i % 3] ?? ',']
      const [own, theirs] = [scanned(Buffer.from(text), delimiter), expected(Buffer.from(text), delimiter)]
      // csv-parse lets an empty cell in quotes be followed by more quotes: `"" "a"`. The scanner does not. And csv-parse takes
      // a blank of several bytes behind a quote for text.
      if (own === null && theirs !== null && /""[^\S\n\r]*"/.test(text)) seen.differ++
      else if (theirs === null && own !== null && /"[ \t]*[\u00a0\ufeff]/.test(text)) seen.differ++
      else expect(own, JSON.stringify([text, delimiter])).toEqual(theirs)
      seen[own === null ? 'odd' : 'read']++
    }
    expect(Math.min(seen.read, seen.odd)).toBeGreaterThan(3000)
    expect(seen.differ).toBeLessThan(600)
  })

  it('finds a record odd that is longer than allowed', () => {
    expect(scanned(Buffer.from(`a,b\n"${'x'.repeat(mostRecord)}",1\n`), ',')).toBeNull()
  })

  it('counts the lines of records, whatever ends them', () => {
    const scan = new CsvScan(Buffer.from('a,b\r\n\r\n"1\r\n2",x\n \n3,4\r"5\n\n6",7\n8,9'), ',', mostRecord)
    const lines: number[] = []
    while (scan.next()) lines.push(scan.line)
    expect(lines).toEqual([1, 3, 6, 7, 10])
  })
})

describe('a table with cells in quotes', () => {
  it('names the line of an error below cells with Windows line ends', async () => {
    const text = smallCsv(30, (cells, row) => {
      if (row === 2) cells[2] = '"dark\r\nred"'
    }).replaceAll(/(?<!\r)\n/g, '\r\n')
    const problems = await problemsOf(loadDataset(config(file('crlf-quoted.csv', text.replace('\r\n6,', '\r\nsix,')))))
    expect(brief(problems)).toEqual(['data/not-a-number 7:1 six'])
  })

  it('takes a quoted cell for a text where the same bytes without quotes are a missing value', async () => {
    const text = smallCsv(30, (cells, row) => {
      if (row % 3 === 0) cells[2] = row % 2 === 0 ? '"NA"' : 'NA'
    })
    const missing = { strategy: 'constant', values: [], fill: 0 } as const
    const data = await loadDataset(config(file('literal.csv', text), { missing }))
    expect(data.features.filter((name) => name.startsWith('c='))).toEqual(['c=NA', 'c=blue', 'c=green', 'c=(missing)'])
  })
})
