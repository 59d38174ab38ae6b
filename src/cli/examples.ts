import type { Command } from 'commander'
import { targetNames } from '../compile/targets/index.ts'
import { installableEngines } from '../engines/index.ts'
import { exportNames } from '../report/exports/index.ts'
import { confirmation } from '../stages/index.ts'
import { ownCommand } from '../base/own-command.ts'

const [[target = ''], [tool = '']] = [targetNames, exportNames]

/** Command lines for the help of each command: the words after the program's name, and what they do. */
const examples: Readonly<Record<string, readonly (readonly [words: readonly string[], does: string])[]>> = {
  '': [
    [['init', 'data.csv'], 'look at your data and write tuning.yml'],
    [['run'], 'tune it'],
    [['doctor'], 'check this machine'],
  ],
  init: [
    [['init', 'data.csv'], 'guess target and task; ask about them on a terminal'],
    [['init', 'data.csv', '--target', 'price', '--yes'], 'ask nothing'],
    [['init', 'reviews.csv', '--inputs', 'text'], 'learn from the texts, not from the other columns'],
    [['init', 'train.csv', 'test.csv', '-o', 'churn.yml'], 'data that are split already'],
    [['init', '--trainer', 'train.py'], 'a training script of your own'],
  ],
  validate: [
    [['validate'], 'check tuning.yml and its data'],
    [['validate', 'other.yml', '--no-data'], 'the spec alone'],
  ],
  plan: [
    [['plan'], 'stages, runs, minutes and memory'],
    [['plan', '--stages', confirmation.name, '--seeds', '10'], 'a part of it'],
  ],
  compile: [[['compile', '--target', target, '-o', '.github/workflows/study.yml'], 'spread the study over jobs']],
  run: [
    [['run'], 'tune what tuning.yml describes'],
    [['run', '--stages', confirmation.name, '--baseline', 'retrain'], 'compare with the declared levers alone'],
    [['run', 'other.yml', '--workers', '2', '--out', 'report'], 'another spec, two processes, a folder of your choice'],
  ],
  predict: [
    [['predict', '.tunegate/digits', 'new.csv', '-o', 'out.csv'], 'after run --save-model: the mean over all seeds'],
    [['predict', '.tunegate/digits/models/seed-763345756', 'new.csv', '-o', 'out.jsonl'], 'one model'],
  ],
  gate: [
    [['gate'], 'judge the finished run of tuning.yml again'],
    [['gate', '--results', 'seeds.csv'], 'judge results of another tool by the gates of tuning.yml'],
  ],
  report: [
    [['report', '.tunegate/digits'], 'write the files again'],
    [['report', '.tunegate/digits', '--format', 'markdown'], 'print the summary'],
  ],
  watch: [
    [['watch'], 'the study of tuning.yml, which runs in another terminal'],
    [['watch', '.tunegate/digits', '--port', '8080'], 'a folder, on a port of your choice'],
  ],
  compare: [[['compare', '.tunegate/before', '.tunegate/after', '--html', 'both.html'], 'two finished runs']],
  export: [[['export', '.tunegate/digits', '--to', tool], 'files for another tool']],
  diagnose: [
    [['diagnose', 'log.csv', '--classes', '10'], 'a log of any tool'],
    [['diagnose', '.tunegate/digits'], 'a finished run'],
  ],
  'engine install': installableEngines().map(({ name }) => [['engine', 'install', name], `install the ${name} engine`]),
  'engine status': [[['engine', 'status'], 'see which load']],
  'engine download': [[['engine', 'download', 'files'], 'fetch what a machine without a network needs']],
  'trainer check': [[['trainer', 'check', '--', 'python', 'train.py'], 'run the script in every mode']],
  completion: [[['completion', 'bash'], 'print the script for bash']],
  doctor: [
    [['doctor'], 'check this machine'],
    [['doctor', '--json'], 'the same for a program'],
  ],
}

/** Adds examples to the help of every command below. They name the program as the user started it. */
export function addExamples(command: Command, path: readonly string[] = []): void {
  const own = (examples[path.join(' ')] ?? []).map(([words, does]) => [ownCommand(...words), does] as const)
  const width = Math.max(0, ...own.map(([line]) => line.length))
  const lines = own.map(([line, does]) => `  ${line.padEnd(width)}  # ${does}`)
  if (lines.length > 0) command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
  for (const below of command.commands) addExamples(below, [...path, below.name()])
}
