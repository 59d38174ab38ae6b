import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  InputError,
  err,
  ok,
  shownPath
} from "./chunk-QG5KORR7.js";

// src/base/files.ts
import { constants as constants2, lstatSync } from "node:fs";
import { mkdir, open as open2, rename, rm, stat as stat2 } from "node:fs/promises";
import { basename, dirname as dirname2, join, resolve as resolve2 } from "node:path";

// src/base/devices.ts
import { constants } from "node:fs";
import { lstat, open, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
var notAFile = "ERR_NOT_A_FILE";
var withoutWaiting = constants.O_NONBLOCK ?? 0;
var handedOver = /^\/(dev|proc\/self)\/(stdin|fd\/\d+)$/;
async function openFile(path) {
  const pipes = handedOver.test(path);
  const file = await open(path, constants.O_RDONLY | (pipes ? 0 : withoutWaiting));
  const found = await file.stat();
  if (found.isFile() || found.isDirectory() || pipes && found.isFIFO()) return file;
  await file.close();
  throw refusal(path);
}
async function requireReplaceable(path) {
  const entry = await lstat(path).catch(() => void 0);
  const end = entry?.isSymbolicLink() ? await stat(path).catch(() => void 0) : entry;
  const ofSystem = entry !== void 0 && dirname(resolve(path)) === "/dev";
  if (ofSystem || end && !end.isFile() && !end.isDirectory()) throw refusal(path);
}
var refusal = (path) => Object.assign(new Error(`${path} is a pipe, a socket or a device`), { code: notAFile, path });

// src/base/files.ts
async function writeFileAtomic(path, content) {
  const temporary = join(dirname2(path), `.${basename(path)}.${process.pid}.tmp`);
  await requireReplaceable(path);
  try {
    await rm(temporary, { force: true });
    const file = await open2(temporary, "wx");
    try {
      await writePieces(file, content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname2(path));
}
var notThroughLink = (flags) => flags | (constants2.O_NOFOLLOW ?? 0) | withoutWaiting;
async function writePieces(file, content) {
  if (typeof content === "string") return writeAt(file, Buffer.from(content), 0);
  if (content instanceof Uint8Array) return writeAt(file, content, 0);
  let position = 0;
  for await (const piece of content) {
    await writeAt(file, piece, position);
    position += piece.length;
  }
}
async function syncFolder(path) {
  if (process.platform === "win32") return;
  const folder = await open2(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
async function writeAt(file, bytes, position) {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
async function readAt(file, length, position) {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new Error(`the file ends at ${position + done}, ${length - done} bytes too early`);
    done += bytesRead;
  }
  return bytes;
}
var pieceBytes = 2 ** 20;
async function* readPieces(file, start, end) {
  for (let at = start; at < end; at += pieceBytes) yield await readAt(file, Math.min(pieceBytes, end - at), at);
}
async function readWithin(path, most) {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    if (size > most) return void 0;
    const chunks = [];
    for (let total = 0; ; ) {
      const chunk = Buffer.allocUnsafe(Math.min(most + 1 - total, Math.max(size + 1 - total, 65536)));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, bytesRead));
      total += bytesRead;
      if (total > most) return void 0;
    }
  } finally {
    await file.close();
  }
}
async function makeFolder(path) {
  const full = resolve2(path);
  const found = await stat2(full).catch(() => void 0);
  if (found?.isDirectory()) return;
  if (dirname2(full) !== full) await makeFolder(dirname2(full));
  await mkdir(full).catch((error) => {
    if (error.code !== "EEXIST" || found) throw error;
  });
}
var otherFolder = "choose another folder";
var raise = "close other programs, or raise the limit (`ulimit -a` shows it)";
var memory = "close other programs, use fewer --workers, or use a machine with more memory";
var remount = "remount the file system, or choose another folder";
var causes = {
  ENOSPC: ["the disk is full", "free disk space, or choose another folder"],
  EDQUOT: ["the disk quota is used up", "free disk space, or choose another folder"],
  EFBIG: ["the file is larger than the system allows", "raise the limit (`ulimit -f`), or choose another file system"],
  EROFS: ["the file system is read-only", otherFolder],
  EACCES: ["permission denied", "change its permissions, or choose another folder"],
  EPERM: ["permission denied", "change its permissions, or choose another folder"],
  ENOTDIR: ["part of the path is a file", otherFolder],
  EEXIST: ["a file with this name already exists", otherFolder],
  ENOTEMPTY: ["the folder is not empty", otherFolder],
  ENOENT: ["there is no such file or folder", "check the path"],
  EISDIR: ["it is a folder", "check the path"],
  ELOOP: ["a link with this name exists, or links form a loop", "remove the link, or choose another folder"],
  EMLINK: ["the file system allows no more links", otherFolder],
  EXDEV: ["the folder spans two file systems", otherFolder],
  ENAMETOOLONG: ["a name is too long", "choose a shorter one"],
  ERANGE: ["the path of the current folder is too long", "run from a folder with a shorter path"],
  EBUSY: ["another program holds it", "close that program, and try again"],
  ETXTBSY: ["the program is running", "stop that program, and try again"],
  ENODEV: ["the device does not support this operation", "name a regular file"],
  ENXIO: ["there is no such device, or nothing listens on it", "name a regular file"],
  ESPIPE: ["it is a pipe and cannot be read at an offset", "name a regular file"],
  EINVAL: ["the file system refuses this operation", otherFolder],
  ENOSYS: ["the file system does not support this operation", otherFolder],
  ENOTSUP: ["the file system does not support this operation", otherFolder],
  EOPNOTSUPP: ["the file system does not support this operation", otherFolder],
  ENOLCK: ["the system has no more locks", raise],
  EMFILE: ["too many files are open", raise],
  ENFILE: ["too many files are open on this machine", raise],
  EAGAIN: ["the system cannot create more processes or threads", "raise the limit (`ulimit -u`), or use fewer --workers"],
  ENOMEM: ["the system has no memory left", memory],
  ERR_FS_FILE_TOO_LARGE: ["the file is larger than can be read at once", "name a smaller file"],
  ERR_STRING_TOO_LONG: ["the file is larger than can be read at once", "name a smaller file"],
  ERR_MEMORY_ALLOCATION_FAILED: ["the system has no memory left", memory],
  EIO: ["the disk reports an error", "check the disk"],
  EUCLEAN: ["the file system is damaged", "check the disk"],
  ESTALE: ["the network file system has lost the file", remount],
  ENOTCONN: ["the file system has lost its server", remount],
  EREMOTEIO: ["the file system has lost its server", remount],
  [notAFile]: ["it is a pipe, a socket or a device", "name a regular file"],
  ENOEXEC: ["it is not a program for this machine", "install it again for this machine"],
  E2BIG: ["the environment is too large to start a program", "unset variables that are not needed"]
};
function explainFileError(error, code, message) {
  const { code: reason = "", path } = error;
  const known = causes[reason];
  if (!(error instanceof Error) || !known) return error;
  const [cause, hint] = known;
  return new InputError([
    { code, severity: "error", message, found: `${cause} (${reason}${path ? `, ${shownPath(path)}` : ""})`, hint }
  ]);
}
var noMemory = /^(Array buffer allocation failed|Invalid (typed array|string|array) length(: \d+)?$|WebAssembly\.Memory\(\): could not allocate|Cannot enlarge memory|Aborted\(OOM\))/;
function explainSystemError(error) {
  if (error instanceof Error && noMemory.test(error.message)) {
    return new InputError([
      { code: "system/no-memory", severity: "error", message: "memory ran out", found: error.message, hint: memory }
    ]);
  }
  const { code = "", syscall } = error ?? {};
  if (syscall === void 0 && !code.startsWith("ERR_")) return error;
  const what = syscall === void 0 ? "a file" : `the call \`${syscall.split(" ")[0] ?? ""}\``;
  return explainFileError(error, "system/refused", `the operating system refused ${what}`);
}

// src/base/json.ts
function parseJson(text, limits) {
  const problem = excess(text, limits);
  if (problem) return err(problem);
  try {
    const value = JSON.parse(text);
    const twice = limits.uniqueKeys ? repeatedKey(text) : void 0;
    return twice ? err(twice) : ok(value);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = /position (\d+)/.exec(error.message)?.[1];
    const at = offset === void 0 ? {} : { offset: Number(offset) };
    return err({ kind: "not-json", message: `is not JSON: ${error.message}`, ...at });
  }
}
function jsonOrUndefined(text, limits) {
  const parsed = parseJson(text, limits);
  return parsed.ok ? parsed.value : void 0;
}
var excess = (text, limits) => tooLarge(text, limits) ?? tooMuch(text, limits);
function tooLarge(text, { bytes }) {
  const found = text.length > bytes ? text.length : Buffer.byteLength(text);
  if (found <= bytes) return void 0;
  return {
    kind: "too-large",
    message: `has ${found} bytes, more than ${bytes}`,
    found: `${found} bytes`,
    allowed: `at most ${bytes} bytes`
  };
}
var [quote, backslash, comma, colon, openList, closeList, openMap, closeMap] = [34, 92, 44, 58, 91, 93, 123, 125];
function tooMuch(text, limits) {
  let [depth, values] = [0, 1];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) i = endOfString(text, i);
    else if (code === comma) values++;
    else if (code === closeList || code === closeMap) depth--;
    else if (code === openList || code === openMap) {
      values++;
      if (++depth > limits.depth) {
        return {
          kind: "too-deep",
          message: "is nested too deeply",
          found: `more than ${limits.depth} levels`,
          allowed: `at most ${limits.depth} levels`,
          offset: i
        };
      }
    }
    if (values > limits.values) {
      return {
        kind: "too-many-values",
        message: "has too many values",
        found: `more than ${limits.values}`,
        allowed: `at most ${limits.values} values`,
        offset: i
      };
    }
  }
  return void 0;
}
function repeatedKey(text) {
  const open3 = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === openMap || code === openList) open3.push(/* @__PURE__ */ new Set());
    else if (code === closeMap || code === closeList) open3.pop();
    if (code !== quote) continue;
    const end = endOfString(text, i);
    if (text.charCodeAt(afterBlanks(text, end + 1)) === colon) {
      const written = text.slice(i, end + 1);
      const key = written.includes("\\") ? JSON.parse(written) : written.slice(1, -1);
      const keys = open3.at(-1);
      if (keys?.has(key)) {
        return { kind: "key-twice", message: `has the key ${JSON.stringify(key.slice(0, 60))} twice in one map`, offset: i };
      }
      keys?.add(key);
    }
    i = end;
  }
  return void 0;
}
var afterBlanks = (text, from) => {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
};
function endOfString(text, start) {
  for (let from = start + 1; ; ) {
    const end = text.indexOf('"', from);
    if (end < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end;
    from = end + 1;
  }
}
var isMap = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

export {
  withoutWaiting,
  writeFileAtomic,
  notThroughLink,
  syncFolder,
  writeAt,
  readAt,
  readPieces,
  readWithin,
  makeFolder,
  explainSystemError,
  jsonOrUndefined,
  isMap
};
