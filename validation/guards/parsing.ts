import type { Guard, GuardTest } from './guard.ts'

const bounds = (name: string): GuardTest => ({ file: 'test/data/bounds.test.ts', name })
const untrusted = (name: string): GuardTest => ({ file: 'test/base/untrusted.test.ts', name })
const bundle = (name: string): GuardTest => ({ file: 'test/bounds.int.test.ts', name })

const rowsAndCells = (format: string): GuardTest => bounds(`.${format} has no more rows, cells and memory than the limits allow`)

/** Guards of everything that reads files from outside: attacks 18 and 20. */
export const parsingGuards: readonly Guard[] = [
  {
    attack: 18, guard: 'Lines are counted while a file is inflated.', file: 'src/data/source.ts',
    find: '    if (format.isText) lines.add(chunk)\n', replace: '',
    tests: [bounds('is refused while it is inflated, at the line that is one too many ("\\n")'), bundle('refuses a small file that unpacks to half a gigabyte')],
  },
  {
    attack: 18, guard: 'Lines that end in a carriage return alone count too.', file: 'src/data/lines.ts',
    find: '    this.returns = this.count(bytes, 13, this.returns)\n', replace: '',
    tests: [bounds('is refused while it is inflated, at the line that is one too many ("\\r")')],
  },
  {
    attack: 18, guard: 'What a file inflates to has to fit into memory twice.', file: 'src/data/source.ts',
    find: 'if (2 * total > limits.memory) ', replace: 'if (total < 0) ',
    tests: [bounds('is refused by the bytes that its rows would take, before they are taken')],
  },
  {
    attack: 18, guard: 'Rows are counted while they are read.', file: 'src/data/gauge.ts',
    find: "    if (this.rows > limits.rows) tooMany(this.source, 'row', limits.rows)\n", replace: '',
    tests: ['csv', 'tsv', 'jsonl', 'csv.gz', 'jsonl.gz'].map(rowsAndCells),
  },
  {
    attack: 18, guard: 'Cells are counted while they are read.', file: 'src/data/gauge.ts',
    find: "    if (this.cells > limits.cells) tooMany(this.source, 'cell', limits.cells)\n", replace: '',
    tests: ['csv', 'tsv', 'jsonl', 'csv.gz', 'jsonl.gz'].map(rowsAndCells),
  },
  {
    attack: 18, guard: 'Rows of arrays are counted.', file: 'src/data/gauge.ts',
    find: "  if (rows > limits.rows) tooMany(source, 'row', limits.rows, rows)\n", replace: '',
    tests: ['npy', 'npz', 'npy.gz'].map(rowsAndCells),
  },
  {
    attack: 18, guard: 'Cells of all arrays of an npz are counted together.', file: 'src/data/gauge.ts',
    find: "  if (rows * columns > limits.cells) tooMany(source, 'cell', limits.cells, rows * columns)\n", replace: '',
    tests: [rowsAndCells('npz')],
  },
  {
    attack: 18, guard: 'A table that would not fit into memory is refused while it is read.', file: 'src/data/gauge.ts',
    find: '    requireMemory(this.source, this.rows, this.kept)\n', replace: '',
    tests: [bounds('is refused by the bytes that its rows would take, before they are taken')],
  },
  {
    attack: 18, guard: 'An array that would not fit into memory is refused before it is looked at.', file: 'src/data/gauge.ts',
    find: '  requireMemory(source, rows, columns)\n', replace: '',
    tests: [bounds('is refused by the bytes that its rows would take, before they are taken')],
  },
  {
    attack: 18, guard: 'Different texts are counted over all columns.', file: 'src/data/texts.ts',
    find: 'this.count <= limits.texts && ', replace: '',
    tests: [bounds('is refused where nearly all of its texts are different')],
  },
  {
    attack: 18, guard: 'Characters of different texts are counted over all columns.', file: 'src/data/texts.ts',
    find: ' && this.characters <= limits.characters', replace: '',
    tests: [bounds('is refused where nearly all of its texts are different')],
  },
  {
    attack: 18, guard: 'Delimiters of the first line are counted before it is cut at them.', file: 'src/data/formats/csv.ts',
    find: '  requireFewSeparators(source, head)\n', replace: '',
    tests: [bounds('with a first line of millions of delimiters is refused before it is cut at them')],
  },
  {
    attack: 18, guard: 'The header of an array is short.', file: 'src/data/formats/npy.ts',
    find: '  if (length > mostHeader) {', replace: '  if (length < 0) {',
    tests: [bounds('has no .npy of booleans or of texts that become an object each')],
  },
  {
    attack: 18, guard: 'Booleans, of which the library makes a list, are few.', file: 'src/data/formats/npy.ts',
    find: "type === 'b1' ? Math.min(limits.cells, mostBooleans) : limits.cells", replace: 'Math.max(limits.cells, mostBooleans)',
    tests: [bounds('has no .npy of booleans or of texts that become an object each')],
  },
  {
    attack: 18, guard: 'A line of JSON has no more values than a table may have columns.', file: 'src/data/formats/jsonl.ts',
    find: 'values: 2 * limits.columns', replace: 'values: Infinity',
    tests: [bounds('has no line of JSON with more values than columns may be')],
  },
  {
    attack: 18, guard: 'Reading counts toward the budget of minutes.', file: 'src/data/gauge.ts',
    find: '    watch.look()\n', replace: '',
    tests: [bundle('stops reading once the budget of minutes is used up')],
  },
  {
    attack: 18, guard: 'Checks count toward the budget of minutes.', file: 'src/data/check.ts',
    find: '    watch.begin(`the check ${check.name}`)\n', replace: '',
    tests: [bounds('is refused once its checks have used up the budget')],
  },
  {
    attack: 18, guard: "A study's budget of minutes is what reading is held to.", file: 'src/study/prepare.ts',
    find: 'new Watch(spec.budget.minutes, ', replace: 'new Watch(null, ',
    tests: [bundle('stops reading once the budget of minutes is used up')],
  },
  {
    attack: 20, guard: 'The depth of JSON is known before it is parsed.', file: 'src/base/json.ts',
    find: 'if (++depth > limits.depth) {', replace: 'if (++depth < 0) {',
    tests: [untrusted('nested a million deep is refused as what it is'), bundle('refuses a lock nested a million deep')],
  },
  {
    attack: 20, guard: 'The number of values of JSON is known before it is parsed.', file: 'src/base/json.ts',
    find: '    if (values > limits.values) {', replace: '    if (values < 0) {',
    tests: [untrusted('with countless values is refused before any of them is made')],
  },
  {
    attack: 20, guard: 'The size of JSON is known before it is parsed.', file: 'src/base/json.ts',
    find: '  if (found <= bytes) return undefined\n', replace: '  if (found <= Math.max(bytes, 1e9)) return undefined\n',
    tests: [untrusted('with countless values is refused before any of them is made')],
  },
  {
    attack: 20, guard: 'Errors of a large value are looked for in a part of each list.', file: 'src/base/schema.ts',
    find: '    if (!hasMore(value, fewValues)) ', replace: '    if (value !== undefined) ',
    tests: [untrusted('of nine thousand wrong layers is refused in the time that their number asks for')],
  },
  {
    attack: 20, guard: 'A value that is wrong beyond the part that was looked at is not taken for right.', file: 'src/base/schema.ts',
    find: '    return one\n', replace: '    return { ...one, errors: [] }\n',
    tests: [untrusted('that is right for a long while and then is not is told so')],
  },
  {
    attack: 20, guard: 'Problems of a document are told up to twenty.', file: 'src/report/documents.ts',
    find: 'shown: [...each.values()].slice(0, most)', replace: 'shown: [...each.values()]',
    tests: [untrusted('with countless errors is told twenty of them and that there are more')],
  },
  {
    attack: 20, guard: 'Errors of YAML are explained up to a hundred.', file: 'src/dsl/document.ts',
    find: 'document.errors.slice(0, mostErrors)', replace: 'document.errors.slice(0)',
    tests: [untrusted('of YAML with an error at every sign is refused, and none of them costs the whole line')],
  },
  {
    attack: 20, guard: 'Equal keys of YAML are found without comparing each with each.', file: 'src/dsl/convert.ts',
    find: 'children.has(String(key.value))', replace: 'children.size < 0',
    tests: [untrusted('of thousands of keys is not compared key by key with itself')],
  },
  {
    attack: 20, guard: 'Lines of a parcel are counted before it is cut into them.', file: 'src/run/parcel.ts',
    find: 'hasMoreLines(bytes, mostParcelRuns + 1)', replace: 'bytes.length < 0',
    tests: [untrusted('from another job has no more lines than it may have')],
  },
  {
    attack: 20, guard: 'A run of a journal has the form of one.', file: 'src/run/journal-line.ts',
    find: '  if (isRun(run)) return run\n', replace: '  if (isRun(run) || run !== null) return run as RunResult\n',
    tests: [untrusted('of a journal that is right in its check and wrong in its form is a refusal')],
  },
  {
    attack: 20, guard: 'What an engine lists are paths, sizes and digests.', file: 'src/engines/tensorflow/install/record.ts',
    find: ' && record.files.every(isListed)', replace: '',
    tests: [untrusted('of an engine that lists what is no file is damaged')],
  },
  {
    attack: 20, guard: 'No more of a file is read than is allowed, whatever it says of its size.', file: 'src/base/files.ts',
    find: '      if (total > most) return undefined\n', replace: '      if (total > most) return Buffer.concat(chunks)\n',
    tests: [untrusted('is never read beyond its limit, whatever it says of its size')],
  },
  {
    attack: 20, guard: 'A log has no more rows than one may have.', file: 'src/diagnose/read/rows.ts',
    find: '    if (++rows > logLimits.rows) ', replace: '    if (++rows < 0) ',
    tests: [untrusted('of more rows than a log has is refused')],
  },
  {
    attack: 20, guard: 'Long names are not compared.', file: 'src/base/diagnostics.ts',
    find: '  if (name.length > longestSlip) return undefined\n', replace: '',
    tests: [untrusted('long names are no slips of the fingers')],
  },
]
