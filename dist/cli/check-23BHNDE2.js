import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  endStrays,
  inFolder,
  labelOf,
  runScript,
  trainingAsked
} from "./chunk-WBBWFK2U.js";
import {
  TrainerFault,
  isDeterminism,
  isMap,
  jsonOrUndefined,
  withLevers
} from "./chunk-C7TVDT22.js";
import {
  err,
  fingerprint,
  ok
} from "./chunk-HNL2MZQQ.js";
import "./chunk-4TQFLEQT.js";

// src/engines/command/check.ts
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
var steps = 20;
var factor = 10;
var rounding = 1e-3;
async function checkScript(workload, baseline, place, seed) {
  const file = join(
    place.scratch,
    `check-${fingerprint([workload, baseline, labelOf(place.description)]).slice(0, 16)}.json`
  );
  const before = await earlier(file);
  if (before) return ok(before);
  endStrays(place.scratch);
  const { learningRate } = baseline.optimization;
  const higher = withLevers(baseline, { learningRate: learningRate * factor });
  try {
    const run = shortRuns(workload, place);
    const [first, second] = await Promise.all([run(baseline, seed), run(baseline, seed)]);
    const takesRate = workload.program.levers.learningRate !== void 0;
    const [faster, other] = await Promise.all([takesRate ? run(higher, seed) : [], run(baseline, seed + 1)]);
    if (first.length >= 2 && takesRate && same(first, faster)) return err(ignoredRate(workload, first.length));
    if (first.length >= 2 && same(first, other)) return err(ignoredSeed(first.length));
    const check = { deterministic: first.length < 2 ? null : compared(first, second) };
    await writeFile(file, JSON.stringify(check));
    return ok(check);
  } catch (error) {
    if (!(error instanceof TrainerFault)) throw error;
    return err({
      code: `trainer/${error.kind}`,
      path: ["command"],
      message: `the script fails in a short run: ${error.message}`
    });
  }
}
function shortRuns(workload, place) {
  const { command, seed: seedName } = workload.program;
  const script = { ...place, command, seedName, signal: new AbortController().signal };
  return (levers, seed) => inFolder(place.scratch, "check-", async (folder) => {
    const asked = trainingAsked(workload.program, levers, seed, { stop: 1 });
    const { collected } = await runScript(script, { id: "check", folder, enoughSteps: steps, asked });
    return collected.steps.loss.slice(0, steps);
  });
}
var same = (a, b) => a.length === b.length && a.every((loss, i) => loss === b[i]);
function compared(a, b) {
  if (same(a, b)) return "bitwise";
  const near = a.length === b.length && a.every((loss, i) => Math.abs(loss - (b[i] ?? Number.NaN)) <= rounding * Math.abs(loss));
  return near ? "close" : "different";
}
var ignoredRate = ({ program }, found) => ({
  code: "trainer/lever-ignored",
  path: ["levers", "learningRate"],
  message: `the script ignores ${program.levers.learningRate ?? "the rate"}: a rate ${factor} times higher gives the same losses`,
  found: `${found} equal losses`,
  hint: "read the value from the request or from the arguments, and pass it to the optimizer"
});
var ignoredSeed = (found) => ({
  code: "trainer/seed-ignored",
  path: ["seed"],
  message: "the script ignores the seed: two seeds give the same losses, so no noise of seeds can be seen",
  found: `${found} equal losses`,
  hint: "seed the initial weights and the order of the rows from the seed of the request"
});
async function earlier(file) {
  const text = await readFile(file, "utf8").catch(() => "");
  const value = jsonOrUndefined(text, { bytes: 1e3, depth: 2, values: 10 });
  if (!isMap(value)) return void 0;
  const { deterministic } = value;
  return isDeterminism(deterministic) ? { deterministic } : void 0;
}
export {
  checkScript
};
