import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { fitted, mostBytes, writeSummary } from '../../src/github/summary.ts'
import { breakingName, harmIn, hidingName } from '../support/hostile.ts'

describe('the job summary', () => {
  it('is left as it is where it fits, to the byte', () => {
    const page = 'é'.repeat(mostBytes / 2)
    expect(fitted(page)).toBe(page)
  })

  it('is cut after a whole line, fits, and says so', () => {
    const page = '| ünits | 1 |\n'.repeat(100_000)
    const cut = fitted(page)
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(mostBytes)
    expect(Buffer.byteLength(cut)).toBeGreaterThan(mostBytes - 500)
    const [rows, notice] = cut.split('\n\n> [!NOTE]\n')
    expect(rows?.split('\n').every((line) => line === '| ünits | 1 |')).toBe(true)
    expect(notice).toContain(`it has ${Buffer.byteLength(page)} bytes`)
  })

  it('closes a fence that the cut left open, so that the notice is no part of a drawing', () => {
    const page = `# Curves\n\n\`\`\`mermaid\n${'line [1, 2, 3]\n'.repeat(100)}\`\`\`\n`
    expect(fitted(page, 600)).toMatch(/line \[1, 2, 3\]\n```\n\n> \[!NOTE\]/)
    expect(fitted(`${'```\na\n```\n'}${'b\n'.repeat(1000)}`, 600)).toMatch(/b\n\n> \[!NOTE\]/)
  })
})

describe('attack 16: the job summary', () => {
  it('holds nothing that commands a terminal, whatever forgot to escape it', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'summary-')), 'summary.md')
    writeFileSync(file, '')
    vi.stubEnv('GITHUB_STEP_SUMMARY', file)
    expect(await writeSummary(`# A\n\n${hidingName.replace('\n', ' ')}${breakingName.replace(/[\n\r]/g, ' ')}\n`)).toBe(true)
    vi.unstubAllEnvs()
    const text = readFileSync(file, 'utf8')
    expect(text).toMatch(/^# A\n\nh # FORGED\\u001b/)
    // Our own breaks of mentions and links are such characters too.
    expect(harmIn(text.replaceAll('\u200b', ''))).toEqual([])
  })

  it('closes a fence of any length', () => {
    expect(fitted(`\`\`\`\`\`text\n${'a ``` b\n'.repeat(200)}\`\`\`\`\`\n`, 600)).toMatch(/b\n`{5}\n\n> \[!NOTE\]/)
  })
})
