import { counted, fail } from './problems.ts'
import type { Source } from './source.ts'

/**
 * How many texts a table may still keep. Each is stored once per column, and a file may consist of nothing but different
 * ones.
 */
export class Texts {
  /** Different texts of one column; above this it is not categorical. */
  readonly perColumn: number
  private count = 0
  private characters = 0
  private readonly source: Source

  constructor(source: Source) {
    this.source = source
    this.perColumn = source.limits.levels
  }

  keep(text: string, column: string): void {
    const { file, limits } = this.source
    this.count++
    this.characters += text.length
    if (this.count <= limits.texts && this.characters <= limits.characters) return
    fail({
      code: 'data/too-many-texts',
      message: `${file} has too many distinct texts, counted up to column "${column}"`,
      found: `${counted(this.count, 'text')} with ${counted(this.characters, 'character')}`,
      allowed: `at most ${counted(limits.texts, 'text')} with ${counted(limits.characters, 'character')}`,
      hint: 'leave out columns with free text',
    })
  }

  /** What was kept for a column that turned out not to be categorical. */
  letGo(texts: Iterable<string>): void {
    for (const text of texts) {
      this.count--
      this.characters -= text.length
    }
  }
}
