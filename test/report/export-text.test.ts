import { expect, test } from 'vitest'
import { buildReport } from '../../src/report/build.ts'
import { exportedRuns } from '../../src/report/exports/exported.ts'
import { exportDefinitions } from '../../src/report/exports/index.ts'
import { breakingName, breakingNames, hidingName } from '../support/hostile.ts'
import { fakeStudy } from '../support/study.ts'

// Trackers render these texts as Markdown, or print them: each is one paragraph, whatever a sentence quotes.
test.each(exportDefinitions)('attack 16: an export to $name has no text that draws or commands', async (tool) => {
  const study = fakeStudy({ stages: ['verify'] })
  const report = buildReport(study.input)
  for (const name of [breakingName, hidingName, ...breakingNames.filter((n) => /\n|\u001b/.test(n))]) {
    const sentence = `why: ${name} ![picture](x)`
    const source = {
      report: { ...report, verdict: { ...report.verdict, sentence } },
      runs: study.runs(),
      folder: '/to',
      artifacts: [],
    }
    for await (const { path, content } of tool.write(source)) {
      const text = Buffer.from(content).toString('latin1')
      // Only where the tool shows prose; other fields are data, which a tag of MLflow keeps as they are.
      if (/tags\/tunegate\./.test(path)) continue
      if (tool.name === 'tensorboard' || path.endsWith('mlflow.note.content'))
        expect(text, path).not.toMatch(/why: .*?!\[picture\]/s)
      const said = /(?:pass|fail|inconclusive)(?:\*\*)?: why: .*?\(x\)/s.exec(text)?.[0] ?? ''
      expect(said, path).not.toMatch(/[\n\r\u001b]/)
    }
  }
})

test('an exported run says which validation rows it has, if not those of the split', async () => {
  const study = fakeStudy({ stages: ['verify'] })
  async function* onFold() {
    for await (const run of study.runs()) yield { ...run, request: { ...run.request, fold: 3 } }
  }
  const foldsIn = async (runs: ReturnType<typeof study.runs>) => {
    const found = new Set<string | undefined>()
    for await (const { tags } of exportedRuns({ report: buildReport(study.input), runs, folder: '/to', artifacts: [] }))
      found.add(tags['tunegate.fold'])
    return [...found]
  }
  expect(await foldsIn(onFold())).toEqual(['3'])
  expect(await foldsIn(study.runs())).toEqual([undefined])
})
