import type { Guard, GuardTest } from './guard.ts'

const attack = 14
const unit = (name: string): GuardTest => ({ file: 'test/study/rules.test.ts', name })
const rows = (name: string): GuardTest => ({ file: 'test/data/changed-rows.test.ts', name })
const measured = (name: string): GuardTest => ({ file: 'test/study/evaluation-rows.test.ts', name })
const base = (name: string): GuardTest => ({ file: 'test/action/base-data.test.ts', name })
const said = (name: string): GuardTest => ({ file: 'test/report/change-lines.test.ts', name })
const pull = (name: string): GuardTest => ({ file: 'test/action/rules.int.test.ts', name })
const comment = (name: string): GuardTest => ({ file: 'test/action/comment.int.test.ts', name })

const everywhere = 'stands before the verdict in summary, comment, HTML report and terminal'
const countedAtTop = 'are counted at the top, those with another label apart'
const seedAsBase = 'the root seed is measured as its base says, and all of it is told'

export const rulesGuards: readonly Guard[] = [
  {
    attack, guard: 'Seed, objective, checkpoints, gates and budget are those of the base.', file: 'src/study/rules.ts',
    find: '...spec, ...settings, checks:', replace: '...settings, ...spec, checks:',
    tests: [unit('is the root seed:'), unit('is the objective:'), unit('is a limit of a gate:'), unit('is the minutes,'), pull(seedAsBase)],
  },
  {
    attack, guard: 'A check of the data stays as strict as the base has it.', file: 'src/study/rules.ts',
    find: 'checks: stricter(spec.checks, checks), data:', replace: 'checks: { ...checks, ...spec.checks }, data:',
    tests: [unit('is how loud a check is:')],
  },
  {
    attack, guard: 'The target and the split are those of the base.', file: 'src/study/rules.ts',
    find: '{ ...spec.data, ...data }', replace: '{ ...data, ...spec.data }',
    tests: [unit('is the target:'), unit('is the seed of the split:'), pull('the shares of the split is measured as its base says')],
  },
  {
    attack, guard: 'The verification is that of the base, where the change drops it too.', file: 'src/study/rules.ts',
    find: "[...spec.stages.filter((s) => !isConfirmation(s)), verify]", replace: 'verify.seeds > 0 ? spec.stages : []',
    tests: [unit('is the seeds of the verification:'), unit('is that there is a verification, with its gates:'), pull('out the verification with its gates is measured')],
  },
  {
    attack, guard: 'A change of the task is refused.', file: 'src/study/rules.ts',
    find: 'if (spec.task !== rules.task) throw', replace: 'if (spec.task !== rules.task && rules.seed < 0) throw',
    tests: [unit('is the task: it is refused'), pull('the task is red, and told why')],
  },
  {
    attack, guard: 'Gates that read alike and differ in digits are told apart.', file: 'src/study/rules.ts',
    find: 'rounded[0] === rounded[1] ? words(canonicalJson) : rounded', replace: 'rounded[0] === rounded[1] && rounded[0] === "" ? words(canonicalJson) : rounded',
    tests: [unit('is a limit in digits that nobody reads:')],
  },
  {
    attack, guard: 'What a gate does while it is open is part of what it is.', file: 'src/study/rules.ts',
    find: "rule.onInconclusive === 'pass' ? ', passes if inconclusive'", replace: "rule.onInconclusive === 'pass' ? ''",
    tests: [unit('is what an open gate does:')],
  },
  {
    attack, guard: 'A spec is judged with the rules that it is given.', file: 'src/study/prepare.ts',
    find: 'overridden(applyRules(own, rules, parsed.locate), source)', replace: 'overridden(rules.seed < 0 ? applyRules(own, rules, parsed.locate) : own, source)',
    tests: [pull(seedAsBase), comment('attack 14: is measured by the rules of the base')],
  },
  {
    attack, guard: 'Each rule that a change alters is a warning at its line.', file: 'src/study/prepare.ts',
    find: 'foreseen, ...alteredWarnings(altered, parsed.locate)]', replace: 'foreseen, ...alteredWarnings(altered, parsed.locate).slice(99)]',
    tests: [pull(seedAsBase), comment('attack 14: shows the plan that the rules of the base make of the change')],
  },
  {
    attack, guard: 'An error that comes of a rule of the base says so.', file: 'src/study/prepare.ts',
    find: 'error instanceof InputError ? underRules(error, read.altered, read.parsed.locate) : error', replace: 'error instanceof InputError ? error : underRules(new InputError([]), read.altered, read.parsed.locate)',
    tests: [pull('out the column that its base groups by is red, and told why')],
  },
  {
    attack, guard: 'The rules of a pull request come from its base commit.', file: 'src/action/base-commit.ts',
    find: 'return { fresh: true, rules, baseData: data,', replace: 'return { fresh: true, baseData: data,',
    tests: [pull(seedAsBase), { file: 'test/action/jobs.int.test.ts', name: 'attack 14: take seeds and split from the base' }],
  },
  {
    attack, guard: 'The data of the base are at hand to compare with.', file: 'src/action/base-commit.ts',
    find: 'return { fresh: true, rules, baseData: data,', replace: 'return { fresh: true, rules, ...(data.data.source === "" ? { baseData: data } : {}),',
    tests: [pull(countedAtTop), comment('attack 14: is measured by the rules of the base')],
  },
  {
    attack, guard: 'A plan that a comment asks for is that of the rules of the base.', file: 'src/action/comment.ts',
    find: '...await rulesAt(request.base, specPath, { checkout, runner }) }',
    replace: "...(request.base === '' ? await rulesAt(request.base, specPath, { checkout, runner }) : {}) }",
    tests: [comment('attack 14: shows the plan that the rules of the base make of the change')],
  },
  {
    attack, guard: 'Data are the same only by their content.', file: 'src/action/base-data.ts',
    find: 'await idOf(own, file.id) === file.id', replace: "await idOf(own, file.id) !== ''",
    tests: [base('are read byte by byte from the checkout'), pull(countedAtTop)],
  },
  {
    attack, guard: 'Equal content under another format is another table.', file: 'src/action/base-data.ts',
    find: 'extname(own) === extname(path) && ', replace: "(extname(own) === extname(path) || own !== '') && ",
    tests: [base('are not the same where a file of the same content is read as another format')],
  },
  {
    attack, guard: 'A pointer of Git LFS is not taken for data.', file: 'src/action/base-data.ts',
    find: 'if (stored === null) return', replace: "if (stored !== '') return",
    tests: [base('are the same in Git LFS where the pointer says so'), pull('are told to be not compared where the data of the base lie in Git LFS')],
  },
  {
    attack, guard: 'No file is read that is larger than GitHub hands out.', file: 'src/action/base-data.ts',
    find: 'file.bytes > mostBytes', replace: 'file.bytes > 2 * mostBytes',
    tests: [base('are not read where they are larger than GitHub hands out')],
  },
  {
    attack, guard: 'Content is read as bytes.', file: 'src/action/commit-files.ts',
    find: 'bytesIn(checkout, id)', replace: "Buffer.from(textIn(checkout, id) ?? '')",
    tests: [base('are read byte by byte from the checkout')],
  },
  {
    attack, guard: 'A link is not followed to other content.', file: 'src/base/tree-path.ts',
    find: "case '120000': return 'link'", replace: "case '120000': return 'file'",
    tests: [base('are unknown where the commit has no plain file of that name')],
  },
  {
    attack, guard: 'The same file that is read in another way is compared.', file: 'src/study/base-file.ts',
    find: 'return use(header === own.header ? found', replace: "return use(header === own.header || own.source !== '' ? found",
    tests: [measured('is not known where the same file is read in another way')],
  },
  {
    attack, guard: 'Rows that cannot be compared are said to be so.', file: 'src/study/evaluation-rows.ts',
    find: "if (found.kind !== 'other') return { rows: { notCompared: found.why } }", replace: "if (found.kind !== 'other') return {}",
    tests: [measured('is not known where the same file is read in another way'), pull('are told to be not compared where the data of the base are not part of the commit')],
  },
  {
    attack, guard: 'Another column that takes the place of the target is another target.', file: 'src/data/versions.ts',
    find: 'const targetAt = roles.target', replace: 'const targetAt = places.get(target.name) ?? roles.target',
    tests: [rows('are all relabelled where another column becomes the target by its position')],
  },
  {
    attack, guard: 'Texts are compared however many there are.', file: 'src/data/versions.ts',
    find: '{ ...LIMITS, levels: Infinity }', replace: 'LIMITS',
    tests: [rows('are counted where texts are too many to be categories')],
  },
  {
    attack, guard: 'A label that moves a row to another part is still counted.', file: 'src/data/changed-rows.ts',
    find: 'const added = without(all(now), all(old), content)', replace: 'const added = without(now[part], old[part], content)',
    tests: [rows('are counted where one class is swapped for another, whatever the split makes of it')],
  },
  {
    attack, guard: 'A row that another part took over is no edit, and is counted.', file: 'src/data/changed-rows.ts',
    find: 'without(gone, without(elsewhere(now), elsewhere(old), content), content)', replace: 'without(gone, elsewhere(old), content)',
    tests: [rows('are counted as moved where another number of rows draws another split')],
  },
  {
    attack, guard: 'The summary says it first.', file: 'src/report/markdown.ts',
    find: '...warned(changeLines(report).map(', replace: '...warned(changeLines(report).slice(99).map(',
    tests: [said(everywhere), pull(countedAtTop)],
  },
  {
    attack, guard: 'The comment says it first.', file: 'src/report/comment.ts',
    find: '[name, ...altered(report, room / 2)]', replace: '[name, ...altered(report, room / 2).slice(9)]',
    tests: [said(everywhere), said('is in the comment however long and hostile it is'), comment('attack 14: is measured by the rules of the base')],
  },
  {
    attack, guard: 'The HTML report says it first.', file: 'src/report/html/verdict.ts',
    find: '${altered(report)}<div class="title">', replace: '${altered(report).slice(9999)}<div class="title">',
    tests: [said(everywhere), pull(countedAtTop)],
  },
  {
    attack, guard: 'The terminal says it first.', file: 'src/cli/closing.ts',
    find: '...changeLines(report).flatMap(', replace: '...changeLines(report).slice(9).flatMap(',
    tests: [said(everywhere)],
  },
  {
    attack, guard: 'A report that is judged again says it first.', file: 'src/cli/commands/gate.ts',
    find: '...notes.map((note) => `NOTE: ${note}`), ', replace: '...(notes.length < 0 ? notes : []), ',
    tests: [said('stands before the verdict of a report that is judged again')],
  },
  {
    attack, guard: 'The log of a step says it before the verdict.', file: 'src/action.ts',
    find: 'for (const line of changeLines(study.report)) say(', replace: 'for (const line of changeLines(study.report).slice(9)) say(',
    tests: [pull(countedAtTop), comment('attack 14: is measured by the rules of the base')],
  },
  {
    attack, guard: 'The report keeps it, so that whoever renders it again says it too.', file: 'src/report/build.ts',
    find: '...(input.change ? { change: input.change } : {}),', replace: '',
    tests: [said('is kept in report.json'), pull(countedAtTop)],
  },
]
