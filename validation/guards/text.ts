import type { Guard } from './guard.ts'

const printable = (name: string) => ({ file: 'test/base/printable.test.ts', name })
const escape = (name: string) => ({ file: 'test/report/escape.test.ts', name })
const workflow = (name: string) => ({ file: 'test/compile/workflow-text.test.ts', name })
const yaml = (name: string) => ({ file: 'test/base/yaml.test.ts', name })
const print = (name: string) => ({ file: 'test/cli/print.test.ts', name })
const bundle = (name: string) => ({ file: 'test/action/foreign-text.int.test.ts', name })
const post = (name: string) => ({ file: 'test/github/post.test.ts', name })
const annotation = (name: string) => ({ file: 'test/github/annotations.test.ts', name })
const places = escape('is harmless in each of these places')
const others = escape('are harmless: plans, labels of drawings, the report as JSON')

/** Attacks 16 and 19: what foreign text may do where it is shown or written. */
export const textGuards: readonly Guard[] = [
  {
    attack: 16, guard: 'Foreign text is escaped.', file: 'src/base/printable.ts',
    find: 'whole ?? escape(found)', replace: 'whole ?? (found || escape(found))',
    tests: [printable('has none of the characters of Unicode'), bundle('is told of what is wrong with its data')],
  },
  {
    attack: 16, guard: 'Characters that are not drawn are escaped.', file: 'src/base/printable.ts',
    find: '\\p{Cs}\\p{Default_Ignorable_Code_Point}', replace: '\\p{Cs}', tests: [printable('has none of the characters of Unicode')],
  },
  {
    attack: 16, guard: 'A pile of marks is escaped.', file: 'src/base/printable.ts',
    find: '(?<=\\p{M}{5})\\p{M}+', replace: '(?<=\\p{M}{500})\\p{M}+', tests: [printable('keeps five marks on a letter')],
  },
  {
    attack: 16, guard: 'A joiner stands only where a script needs it.', file: 'src/base/printable.ts',
    find: '--[\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{Script=Common}]', replace: '--[\\p{Script=Greek}]',
    tests: [printable('keeps a joiner only where a script needs one')],
  },
  {
    attack: 16, guard: 'Text is not cut inside a character.', file: 'src/base/printable.ts',
    find: "start.replace(/[\\ud800-\\udbff]$/, '')", replace: 'start', tests: [printable('is cut between characters')],
  },
  {
    attack: 16, guard: 'The place of a problem is printable.', file: 'src/base/diagnostics.ts',
    find: 'printable(shownPath(at.file))', replace: 'shownPath(at.file)',
    tests: [printable('is told in lines of ours alone, its place too'), bundle('is told of what is wrong with its data')],
  },
  {
    attack: 16, guard: 'The message of a problem is printable.', file: 'src/base/diagnostics.ts',
    find: '}] ${printable(d.message)}`]', replace: '}] ${d.message}`]', tests: [printable('is told in lines of ours alone, its place too')],
  },
  {
    attack: 16, guard: 'What was found is printable.', file: 'src/base/diagnostics.ts',
    find: 'found:   ${printable(d.found)}', replace: 'found:   ${d.found}', tests: [printable('is told in lines of ours alone, its place too')],
  },
  {
    attack: 16, guard: 'What is allowed is printable.', file: 'src/base/diagnostics.ts',
    find: 'allowed: ${printable(d.allowed)}', replace: 'allowed: ${d.allowed}', tests: [printable('is told in lines of ours alone, its place too')],
  },
  {
    attack: 16, guard: 'A hint is printable.', file: 'src/base/diagnostics.ts',
    find: 'hint:    ${printable(d.hint)}', replace: 'hint:    ${d.hint}', tests: [printable('is told in lines of ours alone, its place too')],
  },
  {
    attack: 16, guard: 'A problem in one line is printable.', file: 'src/base/diagnostics.ts',
    find: '${printable(text, 2000)}', replace: '${text}', tests: [printable('is told in lines of ours alone, its place too')],
  },
  {
    attack: 16, guard: 'The reason of a defect is one line.', file: 'src/base/diagnostics.ts',
    find: 'printable(`${error.name}: ${error.message}`, 2000)', replace: '`${error.name}: ${error.message}`',
    tests: [printable('is told of a defect in one line')],
  },
  {
    attack: 16, guard: 'A path is shown from the workspace.', file: 'src/base/paths.ts',
    find: "fromFolder(path, '.') || slashed(path)", replace: 'slashed(path)', tests: [printable('is shown from the current folder where it lies in there')],
  },
  {
    attack: 16, guard: 'A shell reads a foreign word as one word.', file: 'src/base/shell.ts',
    find: "`'${word.replaceAll(\"'\", \"'\\\\''\")}'`", replace: '`\'${word}\'`',
    tests: [{ file: 'test/base/shell.test.ts', name: 'gives a shell exactly the words' }],
  },
  {
    attack: 16, guard: 'A command that is shown is printable.', file: 'src/base/shell.ts',
    find: 'if (printable(word, Infinity) === word)', replace: 'if (printable(word, Infinity).length > 0)',
    tests: [{ file: 'test/base/shell.test.ts', name: 'is one printable line' }],
  },
  {
    attack: 16, guard: 'A fence is longer than what stands in it.', file: 'src/report/escape.ts',
    find: 'Math.max(3, longest + 1)', replace: 'Math.max(3, Math.min(3, longest))', tests: [escape('ends where it should, whatever stands in it')],
  },
  {
    attack: 16, guard: 'A line of a block is one line.', file: 'src/report/escape.ts',
    find: 'lines.map((line) => printable(line, 4000))', replace: 'lines.map((line) => line.slice(0, 4000))',
    tests: [escape('ends where it should, whatever stands in it')],
  },
  {
    attack: 16, guard: 'Markdown that is cut leaves no block open.', file: 'src/report/escape.ts',
    find: "fence === null ? '' : `\\n${fence}`", replace: "fence === null ? '' : ''",
    tests: [escape('fits, and ends no block in the middle'), post('ends no block in the middle where it is cut')],
  },
  {
    attack: 16, guard: 'Text in Markdown is printable.', file: 'src/report/escape.ts',
    find: 'return printable(text, length)\n    .replace(/[\\\\`*', replace: 'return text.slice(0, length)\n    .replace(/[\\\\`*', tests: [places],
  },
  {
    attack: 16, guard: 'A name in code font is printable.', file: 'src/report/escape.ts',
    find: 'const shown = printable(text, length)', replace: 'const shown = text.slice(0, length)', tests: [places],
  },
  {
    attack: 16, guard: 'Text in HTML is printable.', file: 'src/report/escape.ts',
    find: 'return printable(text, length).replace(/[&', replace: 'return text.slice(0, length).replace(/[&', tests: [places],
  },
  {
    attack: 16, guard: 'A field of a table is printable.', file: 'src/report/escape.ts',
    find: 'const shown = printable(value, Infinity)', replace: 'const shown = value', tests: [places],
  },
  {
    attack: 16, guard: 'A field of a table is no formula.', file: 'src/report/escape.ts',
    find: '/^\\s*[=+\\-@＝＋－＠]/.test(shown)', replace: '/^[=]$/.test(shown)', tests: [escape('is no formula in a table')],
  },
  {
    attack: 16, guard: 'Markdown on its way out is printable.', file: 'src/report/escape.ts',
    find: 'text.split(apart).map(printableLines).join(apart)', replace: 'text.split(apart).map((part) => (part === apart ? printableLines(part) : part)).join(apart)',
    tests: [escape('is left as it is, but for what must not be printed anywhere'), post('holds nothing that commands a terminal')],
  },
  {
    attack: 16, guard: 'The job summary passes the check of whole documents.', file: 'src/github/summary.ts',
    find: 'fitted(markdownDocument(markdown))', replace: "fitted(markdown === '' ? markdownDocument(markdown) : markdown)",
    tests: [{ file: 'test/github/summary.test.ts', name: 'holds nothing that commands a terminal' }],
  },
  {
    attack: 16, guard: 'A comment passes the check of whole documents.', file: 'src/github/sticky.ts',
    find: 'const text = markdownDocument(sticky.text)', replace: "const text = sticky.text === '' ? markdownDocument('') : sticky.text",
    tests: [post('holds nothing that commands a terminal')],
  },
  {
    attack: 16, guard: 'The summary of a check passes the check of whole documents.', file: 'src/github/post.ts',
    find: 'cutMarkdown(markdownDocument(text),', replace: "cutMarkdown(text === '' ? markdownDocument(text) : text,",
    tests: [post('holds nothing that commands a terminal')],
  },
  {
    attack: 16, guard: 'The title of a check is one line.', file: 'src/github/post.ts',
    find: 'title: printable(`${verdict.status}: ${verdict.sentence}`, 200)', replace: 'title: `${verdict.status}: ${verdict.sentence}`',
    tests: [post('holds nothing that commands a terminal')],
  },
  {
    attack: 16, guard: 'The text of a status is one line.', file: 'src/github/post.ts',
    find: 'const description = printable(`${verdict.status}: ${verdict.sentence}`, 139)', replace: 'const description = `${verdict.status}: ${verdict.sentence}`',
    tests: [post('holds nothing that commands a terminal')],
  },
  {
    attack: 16, guard: 'The title of an annotation is one line.', file: 'src/github/annotations.ts',
    find: 'title: printable(a.title, 200)', replace: 'title: a.title', tests: [annotation('is printable in every part')],
  },
  {
    attack: 16, guard: 'The message of an annotation is printable.', file: 'src/github/annotations.ts',
    find: 'fitting(printableLines(a.message))', replace: "fitting(a.message === '' ? printableLines('') : a.message)",
    tests: [annotation('is printable in every part')],
  },
  {
    attack: 16, guard: 'An annotation names no file whose name cannot be shown.', file: 'src/github/annotations.ts',
    find: 'file !== null && printable(file, Infinity) === file', replace: 'file !== null',
    tests: [annotation('has no place where the name of its file cannot be shown')],
  },
  {
    attack: 16, guard: 'A line of the log is one line.', file: 'src/github/log.ts',
    find: 'printable(text, 4000)', replace: 'text.slice(0, 4000) + printable(\'\')',
    tests: [{ file: 'test/github/log.test.ts', name: 'is no command, whatever a spec calls its layers' }],
  },
  {
    attack: 16, guard: 'Text instead of a verdict is printable.', file: 'src/github/failure.ts',
    find: 'trained.\\n\\n${fenced(lines)}\\n', replace: 'trained.\\n\\n\\`\\`\\`text\\n${lines.join(fenced.length > 0 ? \'\\n\' : \'\')}\\n\\`\\`\\`\\n',
    tests: [{ file: 'test/architecture.test.ts', name: 'write every fence and every quoted word by the one function' }],
  },
  {
    attack: 16, guard: 'A printed line is one line.', file: 'src/cli/print.ts',
    find: '`${printable(line, mostOfALine)}\\n`', replace: "`${printable('', mostOfALine)}${line}\\n`", tests: [print('as lines has as many lines as were given')],
  },
  {
    attack: 16, guard: 'A printed document commands no terminal.', file: 'src/cli/print.ts',
    find: 'write(printableLines(text))', replace: "write(text === '' ? printableLines(text) : text)", tests: [print('as a document keeps its own lines')],
  },
  {
    attack: 16, guard: 'Printed Markdown commands no terminal.', file: 'src/cli/print.ts',
    find: 'write(markdownDocument(text))', replace: "write(text === '' ? markdownDocument(text) : text)",
    tests: [print('as Markdown keeps what breaks a mention apart')],
  },
  {
    attack: 16, guard: 'An error of the command line is one line.', file: 'src/cli/program.ts',
    find: 'err.lines(...errorLines(message))', replace: "err.raw(message || errorLines(message).join(''))",
    tests: [print('as an error of the command line is one line')],
  },
  {
    attack: 16, guard: 'A line of progress is one line.', file: 'src/cli/progress.ts',
    find: 'output.write(`${printable(text, 2000)}\\n`)', replace: 'output.write(`${text}\\n`)',
    tests: [{ file: 'test/cli/progress.test.ts', name: 'foreign names neither break a line of progress' }],
  },
  {
    attack: 16, guard: 'The line that is rewritten in place is printable.', file: 'src/cli/progress.ts',
    find: '`${printable(result.request.label, 60)}${outcome', replace: '`${result.request.label}${outcome',
    tests: [{ file: 'test/cli/progress.test.ts', name: 'foreign names neither break a line of progress' }],
  },
  {
    attack: 16, guard: 'The patch of a lock names a file as git reads it.', file: 'src/action/renewed.ts',
    find: 'patchPath(`${side}/${path}`)', replace: '(path ? `${side}/${path}` : patchPath(path))',
    tests: [{ file: 'test/action/renewed.test.ts', name: 'is one that git applies to that very file' }],
  },
  {
    attack: 16, guard: 'The report as JSON is printable.', file: 'src/report/json.ts',
    find: 'printableLines(JSON.stringify(report, null, 1))', replace: "(JSON.stringify(report, null, 1) || printableLines(''))", tests: [others],
  },
  {
    attack: 16, guard: 'A plan as Mermaid is printable.', file: 'src/report/plan-mermaid.ts',
    find: 'printable(text, 200).replace', replace: "(text || printable('')).replace", tests: [others],
  },
  {
    attack: 16, guard: 'A plan as a table is printable.', file: 'src/report/plan-table.ts',
    find: '${printable(plan.name)}', replace: "${plan.name || printable('')}", tests: [others],
  },
  {
    attack: 16, guard: 'A label of a drawing is printable.', file: 'src/report/charts/theme.ts',
    find: 'printable(text, 60)', replace: "text || printable('')", tests: [others],
  },
  {
    attack: 16, guard: 'Prose for TensorBoard is escaped.', file: 'src/report/exports/tensorboard.ts',
    find: 'markdown(report.verdict.sentence, 1000)', replace: "report.verdict.sentence || markdown('')",
    tests: [{ file: 'test/report/export-text.test.ts', name: 'an export to tensorboard has no text that draws' }],
  },
  {
    attack: 16, guard: 'Prose for MLflow is escaped.', file: 'src/report/exports/mlflow.ts',
    find: 'markdown(report.verdict.sentence, 1000)', replace: "report.verdict.sentence || markdown('')",
    tests: [{ file: 'test/report/export-text.test.ts', name: 'an export to mlflow has no text that draws' }],
  },
  {
    attack: 16, guard: 'Prose for Weights & Biases is printable.', file: 'src/report/exports/wandb.ts',
    find: 'printable(`${report.verdict.status}: ${report.verdict.sentence}`, 1000)', replace: "`${report.verdict.status}: ${report.verdict.sentence || printable('')}`",
    tests: [{ file: 'test/report/export-text.test.ts', name: 'an export to wandb has no text that draws' }],
  },
  {
    attack: 19, guard: 'Text with a meaning in YAML is quoted.', file: 'src/base/yaml.ts',
    find: 'if (plain.test(text) && ', replace: "if ((plain.test(text) || text !== '') && ", tests: [yaml('reads a scalar of ours in version 1.2'), workflow('has the structure of a harmless one, and the very name and path')],
  },
  {
    attack: 19, guard: 'Words and numbers of YAML are quoted.', file: 'src/base/yaml.ts',
    find: "!(after === '' && notText.test(text))", replace: "!(after === '?' && notText.test(text))", tests: [yaml('reads a scalar of ours in version 1.1'), yaml('reads a scalar of ours in version 1.2')],
  },
  {
    attack: 19, guard: 'A scalar is printable.', file: 'src/base/yaml.ts',
    find: "Array.from(part, escaped).join('')", replace: "part || escaped('')", tests: [yaml('has only printable characters')],
  },
  {
    attack: 19, guard: 'A comment is one line.', file: 'src/base/yaml.ts',
    find: '`# ${printable(text, Infinity)}`', replace: "`# ${text || printable('')}`", tests: [yaml('reads a comment of ours in version 1.2'), workflow('has the structure of a harmless one, and the very name and path')],
  },
  {
    attack: 19, guard: 'A name or a path is no expression.', file: 'src/compile/targets/workflow.ts',
    find: "if (!text.includes('${{'))", replace: "if (!text.includes('${{') || text !== '')", tests: [workflow('has no expression of a name or a path')],
  },
  {
    attack: 19, guard: 'The path in a compiled workflow is a scalar.', file: 'src/compile/targets/workflow.ts',
    find: '`spec: ${workflowScalar(spec)}`', replace: '`spec: ${spec}`', tests: [workflow('has the structure of a harmless one, and the very name and path')],
  },
  {
    attack: 19, guard: 'The name of a compiled workflow is a scalar.', file: 'src/compile/targets/workflow.ts',
    find: '${workflowScalar(`tune ${name}`)}', replace: 'tune ${name}', tests: [workflow('has the structure of a harmless one, and the very name and path')],
  },
  {
    attack: 19, guard: 'The release behind an action is a comment.', file: 'src/compile/targets/workflow.ts',
    find: '` ${yamlComment(release)}`', replace: '` # ${release}`', tests: [workflow('has the structure of a harmless one, and the very name and path')],
  },
  {
    attack: 19, guard: 'The command in a compiled workflow is a comment.', file: 'src/compile/targets/workflow.ts',
    find: '${yamlComment(`Written by \\`${command}\\`; with --check it tells`)}', replace: '# Written by \\`${command}\\`; with --check it tells',
    tests: [workflow('has a command of one line')],
  },
  {
    attack: 19, guard: 'The path in the workflow for comments is a scalar.', file: 'src/cli/workflows/comment.ts',
    find: '[workflowScalar(named.spec), workflowScalar(named.uses)]', replace: '[named.spec, workflowScalar(named.uses)]',
    tests: [workflow('for comments has the structure of a harmless one')],
  },
  {
    attack: 19, guard: 'An action is named by a commit.', file: 'src/compile/targets/workflow.ts',
    find: '/^[\\w.-]+\\/[\\w./-]+@[0-9a-f]{40}$/.test(uses)', replace: '/@/.test(uses)', tests: [workflow('is one that a commit names')],
  },
  {
    attack: 19, guard: '`compile --uses` is checked.', file: 'src/compile/targets/workflow.ts',
    find: "if (uses !== './') checkedUses(uses, 'compile/uses')", replace: "if (uses === '') checkedUses(uses, 'compile/uses')",
    tests: [{ file: 'test/cli/foreign-text.int.test.ts', name: 'attack 19: an action of compile and init is named by a commit' }],
  },
  {
    attack: 19, guard: '`init --uses` is checked.', file: 'src/cli/commands/init.ts',
    find: "  checkedUses(uses, 'init/uses')", replace: "  if (uses === '') checkedUses(uses, 'init/uses')",
    tests: [{ file: 'test/cli/foreign-text.int.test.ts', name: 'attack 19: an action of compile and init is named by a commit' }],
  },
  {
    attack: 19, guard: 'The data file in a spec that `init` writes is a scalar.', file: 'src/dsl/init.ts',
    find: 'source: ${yamlScalar(file)}', replace: 'source: ${file}',
    tests: [{ file: 'test/cli/foreign-text.int.test.ts', name: 'attack 16: what the commands wrote' }],
  },
]
