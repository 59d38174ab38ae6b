import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);

// src/records/run.ts
var crash = (reason) => ({
  status: "crashed",
  reason,
  evaluations: [],
  steps: { loss: [], learningRate: [], gradientNorm: [], clipped: [] }
});
var crashedRun = (of, reason) => ({
  ...of,
  ...crash(reason),
  timing: { seconds: 0, stepsPerSecond: 0 }
});

export {
  crash,
  crashedRun
};
