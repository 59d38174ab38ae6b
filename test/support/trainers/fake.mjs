// A training script in plain Node, for tests: logistic regression by SGD on two noisy clusters, with every mode of the
// protocol. FAULT in its environment (a word, or `word@mode`) makes it misbehave in one way.
import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const { TUNEGATE_RUN_FILE: runFile, TUNEGATE_EVENTS: events, FAULT = '' } = process.env
const request = JSON.parse(readFileSync(runFile, 'utf8'))
const { mode, seed, levers, output_dir: output } = request
const [fault, only = 'train'] = FAULT.split('@')
const faulty = (name) => fault === name && (mode === only || only === 'any')

let lines = ''
const report = (event) => {
  lines += `${JSON.stringify(event)}\n`
}
const flush = () => {
  appendFileSync(events, lines)
  lines = ''
}

/** Mulberry32. */
function random(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
const normal = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())

/** The data never depend on the seed. */
function split(name, rows) {
  const next = random(name.length * 7919)
  return Array.from({ length: rows }, () => {
    const label = next() < 0.5 ? 0 : 1
    return { x: [normal(next) + (label ? 1 : -1), normal(next) + (label ? 0.5 : -0.5), 1], label }
  })
}
const rows = { train: 200, validation: 100, test: 100 }
const data = Object.fromEntries(Object.entries(rows).map(([name, count]) => [name, split(name, count)]))

const selfReported = process.env.SELF_REPORTED === '1'
report({
  type: 'hello',
  protocol: faulty('protocol') ? 2 : 1,
  framework: 'fake 1.0',
  device: 'cpu',
  supports: {
    levers: { lr: 0.05, 'batch-size': 20, wd: 0, hidden: 4 },
    modes: process.env.MODES?.split(',') ?? ['train', 'range', 'probe'],
    per_step_lr: process.env.PER_STEP !== '0',
    grad_norm: true,
    checkpoint: true,
    predictions: !selfReported,
    test: true,
  },
  epochs: 4,
  rows,
  classes: 2,
  parameters: 3,
})
flush()
if (mode === 'describe') process.exit(0)
if (faulty('crash')) {
  console.error('Traceback (most recent call last):\n  File "train.py", line 3\nValueError: \u001b[31mno such layer')
  process.exit(1)
}
if (faulty('memory')) {
  report({ type: 'end', status: 'out-of-memory', reason: 'Unable to allocate 9 GiB' })
  flush()
  process.exit(1)
}
if (faulty('nothing')) process.exit(0)
if (faulty('hang')) await new Promise(() => setInterval(() => {}, 1000))
if (faulty('flood')) {
  process.on('SIGTERM', () => {})
  const chunk = 'x'.repeat(1 << 20)
  for (;;) {
    try {
      writeSync(1, chunk)
    } catch (error) {
      // The reader is behind.
      if (error.code !== 'EAGAIN') throw error
    }
  }
}
// A process outside of the group that outlives the script; one in it that holds its output open; the script once more.
if (faulty('child')) spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref()
if (faulty('child-in-group')) spawn('sleep', ['600'], { stdio: 'inherit' }).unref()
if (faulty('twice')) spawn(process.execPath, process.argv.slice(1), { env: { ...process.env, FAULT: '' } })
if (faulty('malformed')) {
  appendFileSync(events, 'step 1 loss 0.5\n')
  await new Promise((resolve) => setTimeout(resolve, 5000))
}

const next = random(seed)
const weights = [0.01 * normal(next), 0.01 * normal(next), 0]
const batch = levers['batch-size'] ?? 20
const probability = (x) => 1 / (1 + Math.exp(-x.reduce((sum, v, i) => sum + v * weights[i], 0)))
const lossOf = (p, label) => -Math.log(Math.max(1e-12, label ? p : 1 - p))

function step(rate) {
  const gradient = [0, 0, 0]
  let loss = 0
  for (let i = 0; i < batch; i++) {
    const { x, label } = data.train[Math.floor(next() * rows.train)]
    const p = probability(x)
    loss += lossOf(p, label) / batch
    for (let k = 0; k < 3; k++) gradient[k] += ((p - label) * x[k]) / batch
  }
  for (let k = 0; k < 3; k++) weights[k] -= rate * (gradient[k] + (levers.wd ?? 0) * weights[k])
  return { loss, norm: Math.hypot(...gradient) }
}

function npy(name, type, shape, bytes) {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`
  const head = Buffer.alloc(10)
  head.write('\x93NUMPY\x01\x00', 'latin1')
  head.writeUInt16LE(padded.length, 8)
  writeFileSync(join(output, name), Buffer.concat([head, Buffer.from(padded, 'latin1'), Buffer.from(bytes.buffer)]))
}

function evaluate(name, at, epoch) {
  const part = faulty('fewer-rows') ? data[name].slice(1) : data[name]
  if (selfReported) {
    const p = part.map(({ x }) => probability(x))
    const val_loss = part.reduce((sum, { label }, i) => sum + lossOf(p[i], label), 0) / part.length
    const val_acc = part.filter(({ label }, i) => p[i] > 0.5 === (label === 1)).length / part.length
    const names = faulty('metric-names') ? { loss: val_loss } : { val_loss, val_acc }
    report({
      type: 'evaluation',
      step: at,
      epoch,
      split: name,
      metrics: faulty('nan-metric') ? { ...names, val_loss: null } : names,
    })
    return
  }
  // With LABELS, the class is one label, and its opposite is another.
  if (process.env.LABELS === '1') {
    const found = part.flatMap(({ x }) => [1, -1].map((side) => side * x.reduce((sum, v, i) => sum + v * weights[i], 0)))
    const answers = part.flatMap(({ label }) => [label, 1 - label])
    const shape = faulty('turned') ? [2, part.length] : [part.length, 2]
    npy(`${name}-${at}.npy`, '<f4', [part.length, 2], Float32Array.from(found))
    npy(`${name}-labels.npy`, '<i4', shape, Int32Array.from(answers))
    const files = { file: `${name}-${at}.npy`, kind: 'logits', labels: `${name}-labels.npy` }
    report({ type: 'predictions', split: name, step: at, epoch, ...files })
    return
  }
  const logits = Float32Array.from(part.flatMap(({ x }) => [0, x.reduce((sum, v, i) => sum + v * weights[i], 0)]))
  npy(`${name}-${at}.npy`, '<f4', [part.length, 2], logits)
  const labels = part.map(({ label }) => label)
  npy(
    `${name}-labels.npy`,
    '<i4',
    [part.length],
    Int32Array.from(faulty('labels-move') ? labels.map((l, i) => (i === seed % 50 ? 1 - l : l)) : labels),
  )
  report({
    type: 'predictions',
    split: name,
    step: at,
    epoch,
    file: `${name}-${at}.npy`,
    kind: 'logits',
    labels: `${name}-labels.npy`,
  })
}

function logged(at, rate) {
  const { loss, norm } = step(faulty('ignores-rate') || fault === 'ignores-rate' ? 0.05 : rate)
  const value = faulty('nan-loss') && at === 3 ? null : Number.isFinite(loss) ? loss : null
  report({ type: 'step', step: at, loss: value, learning_rate: rate, grad_norm: norm })
}

if (mode === 'range') {
  const { from, to, steps } = request.range
  for (let i = 0; i < steps; i++) logged(i + 1, from * (to / from) ** (i / (steps - 1)))
} else if (mode === 'probe') {
  const begun = performance.now()
  for (let i = 0; i < request.probe.steps; i++) logged(i + 1, levers.lr)
  report({ type: 'throughput', examples: request.probe.steps * batch, seconds: (performance.now() - begun) / 1000 })
} else {
  const perEpoch = Math.floor(rows.train / batch)
  const until = request.stop_after ?? request.epochs
  let at = 0
  for (let epoch = 1; epoch <= until; epoch++) {
    for (let i = 0; i < perEpoch; i++) {
      at += 1
      logged(at, levers.lr * (1 - (at - 1) / (request.epochs * perEpoch)))
    }
    evaluate('validation', at, epoch)
    flush()
    await new Promise((resolve) => setTimeout(resolve, Number(process.env.EPOCH_MS ?? 0)))
  }
  if (request.test) evaluate('test', at, until)
}
if (faulty('no-end')) {
  flush()
  process.exit(0)
}
report({ type: 'end', status: 'complete' })
flush()
