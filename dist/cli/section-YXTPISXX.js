import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  scriptEnvironment
} from "./chunk-LTY565GE.js";
import {
  describe
} from "./chunk-WBBWFK2U.js";
import "./chunk-C7TVDT22.js";
import {
  err,
  fingerprint,
  ok,
  sha256OfFile
} from "./chunk-HNL2MZQQ.js";
import "./chunk-4TQFLEQT.js";

// src/engines/command/files.ts
import { lstat, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
var lockFiles = [
  "requirements.txt",
  "requirements.lock",
  "poetry.lock",
  "uv.lock",
  "Pipfile.lock",
  "pdm.lock",
  "conda-lock.yml",
  "environment.yml",
  "renv.lock",
  "Manifest.toml",
  "Cargo.lock",
  "go.sum",
  "package-lock.json"
];
var skipped = [".git", ".tunegate", "node_modules", "__pycache__", ".venv", "venv"];
var mostFiles = 2e4;
async function digestFiles({ command, files, data }, folder) {
  const all = files !== null || data.length > 0 ? await filesUnder(folder) : [];
  const matched = { files: /* @__PURE__ */ new Set(), data: /* @__PURE__ */ new Set() };
  for (const [key, globs] of [
    ["files", files ?? []],
    ["data", data]
  ]) {
    for (const [index, glob] of globs.entries()) {
      const pattern = patternOf(glob);
      const found = all.filter((path) => pattern.test(path));
      if (found.length === 0) return err({ key, index, message: "no file matches", found: glob });
      for (const path of found) matched[key].add(path);
    }
  }
  if (files === null) for (const path of await usualFiles(command, folder)) matched.files.add(path);
  return ok({
    code: await digestOf([...matched.files], folder),
    data: await digestOf([...matched.data], folder),
    counts: { code: matched.files.size, data: matched.data.size }
  });
}
async function usualFiles(command, folder) {
  const candidates = [...command.filter((word) => !word.startsWith("-") && !word.startsWith("/")), ...lockFiles];
  const found = await Promise.all(
    candidates.map(async (path) => {
      const entry = await lstat(resolve(folder, path)).catch(() => null);
      return entry?.isFile() && !path.startsWith("..") ? [path] : [];
    })
  );
  return found.flat();
}
async function digestOf(paths, folder) {
  const digests = [];
  for (const path of [...paths].sort()) digests.push([path, await sha256OfFile(join(folder, path))]);
  return fingerprint(digests);
}
async function filesUnder(folder) {
  const found = [];
  const visit = async (below) => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && !skipped.includes(entry.name)) await visit(path);
      else if (entry.isFile()) found.push(path);
      if (found.length > mostFiles) return;
    }
  };
  await visit("");
  return found;
}
function patternOf(glob) {
  const normal = glob.replace(/^\.\//, "");
  const source = normal.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === "**/") return "(?:[^/]+/)*";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}

// src/engines/command/section.ts
var grace = 30;
async function describeSection(settings, { folder, env, signal = new AbortController().signal }) {
  const files = await digestFiles(settings, folder);
  if (!files.ok) {
    const { key, index, message, found } = files.error;
    return err({ code: "trainer/files", path: [key, index], message, found });
  }
  const { command, seed: seedName, environment, timeout } = settings;
  const described = await describe({
    command,
    seedName,
    folder,
    environment: scriptEnvironment(env, environment),
    timeout: { ...timeout, run: Math.min(timeout.run, timeout.start + timeout.silence) },
    grace,
    signal
  });
  if (!described.ok) {
    const { kind, message } = described.error;
    return err({ code: `trainer/${kind}`, path: ["command"], message: `the script does not describe itself: ${message}` });
  }
  const { value: description } = described;
  if (description.modes.includes("train")) return ok({ description, files: files.value });
  return err({
    code: "trainer/mode",
    path: ["command"],
    message: "the script does not answer the mode train",
    found: description.modes.join(", ") || "no modes"
  });
}
async function placeOf({ timeout, environment }, { folder, env }, description, scratch) {
  return { folder, environment: scriptEnvironment(env, environment), scratch, timeout, grace, description };
}
export {
  describeSection,
  placeOf
};
