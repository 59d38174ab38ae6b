#!/bin/sh
# Wine cultivars by softmax regression in awk: a trainer of tunegate without any library.
# Alone it prints its validation metrics: sh train.sh
set -eu
data=$(dirname "$0")/../../wine/wine.csv
events=${TUNEGATE_EVENTS:-/dev/null}

# ask KEY DEFAULT: a number or a word of the request; the default outside a study, or where the request has null.
ask() {
  value=
  if [ -n "${TUNEGATE_RUN_FILE:-}" ]; then
    value=$(tr -d '\n' <"$TUNEGATE_RUN_FILE" | grep -o "\"$1\" *: *[^,}]*" | head -n 1 | sed 's/^[^:]*: *//; s/[" ]//g')
  fi
  if [ "$value" = '' ] || [ "$value" = null ]; then value=$2; fi
  echo "$value"
}

# 1. What the script is and can do. It cannot sweep the learning rate within a run, so it does not list the mode range.
cat >>"$events" <<'HELLO'
{"type": "hello", "protocol": 1, "framework": "awk", "device": "cpu", "epochs": 30, "classes": 3, "rows": {"train": 90, "validation": 44, "test": 44}, "supports": {"levers": {"lr": 0.05, "batch_size": 16, "l2": 0.001}, "modes": ["train"], "test": true}}
HELLO
if [ "$(ask mode train)" = describe ]; then exit 0; fi

# 2. Training. Every step and every evaluation is a line.
awk -F , -v events="$events" -v seed="$(ask seed 1)" -v epochs="$(ask epochs 30)" -v last="$(ask stop_after 0)" \
  -v tested="$(ask test false)" -v rate="$(ask lr 0.05)" -v size="$(ask batch_size 16)" -v l2="$(ask l2 0.001)" '
  # Every fourth row is for validation and every fourth for the test. The file is sorted by class.
  NR > 1 {
    split_of = NR % 4 == 0 ? "validation" : NR % 4 == 2 ? "test" : "train"
    row = ++rows[split_of]
    for (j = 1; j <= 13; j++) x[split_of, row, j] = $j
    y[split_of, row] = substr($14, 7) + 0
  }
  # Probabilities of a row in p[0..2]; returns its negative log-likelihood.
  function nll(part, i,   c, j, top, sum) {
    for (c = 0; c < 3; c++) {
      p[c] = w[c, 0]
      for (j = 1; j <= 13; j++) p[c] += w[c, j] * x[part, i, j]
      if (c == 0 || p[c] > top) { top = p[c]; guess = c }
    }
    for (c = 0; c < 3; c++) sum += p[c] = exp(p[c] - top)
    for (c = 0; c < 3; c++) p[c] /= sum
    return -log(p[y[part, i]] + 1e-300)
  }
  function evaluate(part, epoch,   i, loss, right) {
    for (i = 1; i <= rows[part]; i++) { loss += nll(part, i); right += guess == y[part, i] }
    loss /= rows[part]; right /= rows[part]
    printf "{\"type\": \"evaluation\", \"step\": %d, \"epoch\": %d, \"split\": \"%s\", ", step, epoch, part >> events
    printf "\"metrics\": {\"val_loss\": %.9g, \"val_acc\": %.9g}}\n", loss, right >> events
    if (part == "validation") summary = sprintf("validation: accuracy %.4f, nll %.4f", right, loss)
  }
  END {
    n = rows["train"]
    for (j = 1; j <= 13; j++) {
      mean = square = 0
      for (i = 1; i <= n; i++) { mean += x["train", i, j] / n; square += x["train", i, j] ^ 2 / n }
      deviation = sqrt(square - mean ^ 2)
      for (part in rows) for (i = 1; i <= rows[part]; i++) x[part, i, j] = (x[part, i, j] - mean) / deviation
    }
    srand(seed)
    for (c = 0; c < 3; c++) for (j = 0; j <= 13; j++) w[c, j] = 0.02 * rand() - 0.01
    if (last == 0 || last > epochs) last = epochs
    for (epoch = 1; epoch <= last; epoch++) {
      for (i = 1; i <= n; i++) order[i] = i
      for (i = n; i > 1; i--) { k = 1 + int(rand() * i); swap = order[i]; order[i] = order[k]; order[k] = swap }
      for (start = 0; start + size <= n; start += size) {
        loss = 0
        for (c = 0; c < 3; c++) for (j = 0; j <= 13; j++) slope[c, j] = l2 * w[c, j]
        for (b = 1; b <= size; b++) {
          i = order[start + b]
          loss += nll("train", i) / size
          for (c = 0; c < 3; c++) {
            miss = (p[c] - (c == y["train", i])) / size
            slope[c, 0] += miss
            for (j = 1; j <= 13; j++) slope[c, j] += miss * x["train", i, j]
          }
        }
        for (c = 0; c < 3; c++) for (j = 0; j <= 13; j++) w[c, j] -= rate * slope[c, j]
        printf "{\"type\": \"step\", \"step\": %d, \"loss\": %.9g, \"learning_rate\": %.9g}\n", ++step, loss, rate >> events
      }
      evaluate("validation", epoch)
    }
    if (tested == "true") evaluate("test", last)
    # 3. The end, without which a run counts as crashed.
    print "{\"type\": \"end\", \"status\": \"complete\"}" >> events
    print summary
  }' "$data"
