import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  TrainerFault,
  quoted,
  readNpy
} from "./chunk-MGDKP2R7.js";
import {
  computeMetrics
} from "./chunk-IOHTY4GK.js";
import {
  sha256
} from "./chunk-QG5KORR7.js";

// src/engines/command/scores.ts
var least = 1e-38;
async function readPredictions(outputDir, report, task, labels) {
  const { split, kind, file } = report;
  const wrong = (why) => new TrainerFault("predictions", `predictions of the split ${quoted(split)}: ${why}`);
  if (kind === "values" !== (task === "regression")) throw wrong(`the kind ${kind} does not fit the task ${task}`);
  const answers = report.labels ?? labels;
  if (answers === void 0)
    throw wrong("labels are missing; report a .npy file with the correct answers beside the predictions");
  const [outputs, targets] = [await readNpy(outputDir, file), await readNpy(outputDir, answers)];
  const [rows = 0, width = 1, ...more] = outputs.shape;
  if (rows === 0 || more.length > 0) throw wrong(`${quoted(file)} has the shape (${outputs.shape.join(", ")})`);
  if (task === "regression" && width !== 1)
    throw wrong(`${quoted(file)} has ${width} columns; one value per row is expected`);
  if (task === "classification" && width < 2) {
    throw wrong(`${quoted(file)} has one column; write one per class, also for two classes`);
  }
  if (targets.values.length !== rows) {
    throw wrong(
      `${rows} rows of predictions and ${targets.values.length} labels; predict every row of the split, in the order of the labels`
    );
  }
  if (task === "classification") checkClasses(targets.values, width, wrong);
  if (!outputs.values.every(Number.isFinite))
    throw new TrainerFault("metrics", `a prediction of the split ${quoted(split)} is not finite`);
  return {
    split,
    outputs: Float32Array.from(kind === "probabilities" ? logarithms(outputs.values, width, wrong) : outputs.values),
    targets: Float32Array.from(targets.values),
    width,
    outputsDigest: sha256(outputs.bytes),
    labelsDigest: sha256(targets.bytes)
  };
}
function checkClasses(labels, classes, wrong) {
  const odd = labels.find((label) => !Number.isInteger(label) || label < 0 || label >= classes);
  if (odd !== void 0) throw wrong(`a label is ${odd}; labels are class indices from 0 to ${classes - 1}`);
}
function logarithms(values, width, wrong) {
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width);
    const sum = row.reduce((a, b) => a + b, 0);
    if (row.some((p) => p < -1e-6) || Math.abs(sum - 1) > 1e-3) {
      throw wrong(`the probabilities of row ${start / width + 1} add up to ${sum}; write the kind logits if they are none`);
    }
  }
  return values.map((p) => Math.log(Math.max(least, p)));
}
var scoresOf = ({ outputs, targets, width }, { task, metrics }) => computeMetrics(task, { outputs, targets, width }, null, metrics);

export {
  readPredictions,
  scoresOf
};
