import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  __commonJS,
  __toESM
} from "./chunk-4TQFLEQT.js";

// node_modules/fastest-levenshtein/mod.js
var require_mod = __commonJS({
  "node_modules/fastest-levenshtein/mod.js"(exports) {
    "use strict";
    exports.__esModule = true;
    exports.distance = exports.closest = void 0;
    var peq = new Uint32Array(65536);
    var myers_32 = function(a, b) {
      var n = a.length;
      var m = b.length;
      var lst = 1 << n - 1;
      var pv = -1;
      var mv = 0;
      var sc = n;
      var i = n;
      while (i--) {
        peq[a.charCodeAt(i)] |= 1 << i;
      }
      for (i = 0; i < m; i++) {
        var eq = peq[b.charCodeAt(i)];
        var xv = eq | mv;
        eq |= (eq & pv) + pv ^ pv;
        mv |= ~(eq | pv);
        pv &= eq;
        if (mv & lst) {
          sc++;
        }
        if (pv & lst) {
          sc--;
        }
        mv = mv << 1 | 1;
        pv = pv << 1 | ~(xv | mv);
        mv &= xv;
      }
      i = n;
      while (i--) {
        peq[a.charCodeAt(i)] = 0;
      }
      return sc;
    };
    var myers_x = function(b, a) {
      var n = a.length;
      var m = b.length;
      var mhc = [];
      var phc = [];
      var hsize = Math.ceil(n / 32);
      var vsize = Math.ceil(m / 32);
      for (var i = 0; i < hsize; i++) {
        phc[i] = -1;
        mhc[i] = 0;
      }
      var j = 0;
      for (; j < vsize - 1; j++) {
        var mv_1 = 0;
        var pv_1 = -1;
        var start_1 = j * 32;
        var vlen_1 = Math.min(32, m) + start_1;
        for (var k = start_1; k < vlen_1; k++) {
          peq[b.charCodeAt(k)] |= 1 << k;
        }
        for (var i = 0; i < n; i++) {
          var eq = peq[a.charCodeAt(i)];
          var pb = phc[i / 32 | 0] >>> i & 1;
          var mb = mhc[i / 32 | 0] >>> i & 1;
          var xv = eq | mv_1;
          var xh = ((eq | mb) & pv_1) + pv_1 ^ pv_1 | eq | mb;
          var ph = mv_1 | ~(xh | pv_1);
          var mh = pv_1 & xh;
          if (ph >>> 31 ^ pb) {
            phc[i / 32 | 0] ^= 1 << i;
          }
          if (mh >>> 31 ^ mb) {
            mhc[i / 32 | 0] ^= 1 << i;
          }
          ph = ph << 1 | pb;
          mh = mh << 1 | mb;
          pv_1 = mh | ~(xv | ph);
          mv_1 = ph & xv;
        }
        for (var k = start_1; k < vlen_1; k++) {
          peq[b.charCodeAt(k)] = 0;
        }
      }
      var mv = 0;
      var pv = -1;
      var start = j * 32;
      var vlen = Math.min(32, m - start) + start;
      for (var k = start; k < vlen; k++) {
        peq[b.charCodeAt(k)] |= 1 << k;
      }
      var score = m;
      for (var i = 0; i < n; i++) {
        var eq = peq[a.charCodeAt(i)];
        var pb = phc[i / 32 | 0] >>> i & 1;
        var mb = mhc[i / 32 | 0] >>> i & 1;
        var xv = eq | mv;
        var xh = ((eq | mb) & pv) + pv ^ pv | eq | mb;
        var ph = mv | ~(xh | pv);
        var mh = pv & xh;
        score += ph >>> m - 1 & 1;
        score -= mh >>> m - 1 & 1;
        if (ph >>> 31 ^ pb) {
          phc[i / 32 | 0] ^= 1 << i;
        }
        if (mh >>> 31 ^ mb) {
          mhc[i / 32 | 0] ^= 1 << i;
        }
        ph = ph << 1 | pb;
        mh = mh << 1 | mb;
        pv = mh | ~(xv | ph);
        mv = ph & xv;
      }
      for (var k = start; k < vlen; k++) {
        peq[b.charCodeAt(k)] = 0;
      }
      return score;
    };
    var distance2 = function(a, b) {
      if (a.length < b.length) {
        var tmp = b;
        b = a;
        a = tmp;
      }
      if (b.length === 0) {
        return a.length;
      }
      if (a.length <= 32) {
        return myers_32(a, b);
      }
      return myers_x(a, b);
    };
    exports.distance = distance2;
    var closest = function(str, arr) {
      var min_distance = Infinity;
      var min_index = 0;
      for (var i = 0; i < arr.length; i++) {
        var dist = distance2(str, arr[i]);
        if (dist < min_distance) {
          min_distance = dist;
          min_index = i;
        }
      }
      return arr[min_index];
    };
    exports.closest = closest;
  }
});

// src/base/diagnostics.ts
var import_fastest_levenshtein = __toESM(require_mod(), 1);

// src/base/paths.ts
import { isAbsolute, relative, resolve, sep } from "node:path";
function fromFolder(path, folder) {
  const way = relative(folder, resolve(folder, path));
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way) ? null : slashed(way);
}
var shownPath = (path) => path === "" ? path : fromFolder(path, ".") || slashed(path);
var slashed = (path) => path.split(sep).join("/");

// src/base/printable.ts
var unprintable = String.raw`[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb]`;
var emoji = String.raw`(?=\p{Emoji})(?:\p{RGI_Emoji}|\p{Extended_Pictographic}[\ufe0e\ufe0f])`;
var variant = String.raw`\p{Script=Han}[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]|[\p{Script=Mongolian}&&\p{L}][\u180b-\u180d\u180f]`;
var joinable = String.raw`[[\p{L}\p{M}]--[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}]]`;
var joiner = String.raw`(?<=${joinable})[\u200c\u200d](?=${joinable})`;
var pile = String.raw`(?<=\p{M}{5})\p{M}+`;
var suspect = new RegExp(`${unprintable}|\\p{M}{6}`, "v");
var kept = new RegExp(`(${emoji}|${variant}|${joiner})|${unprintable}|${pile}`, "gv");
function printable(text, most = 500) {
  return shortened(withEscapes(beginning(text, most + 1), escaped), most);
}
var withEscapes = (text, escape) => suspect.test(text) ? text.replace(kept, (found, whole) => whole ?? escape(found)) : text;
var printableLines = (text) => text.split("\n").map((line) => printable(line, Infinity)).join("\n");
var shortened = (text, most) => text.length > most ? `${beginning(text, most)}\u2026` : text;
function beginning(text, most) {
  const start = text.slice(0, most);
  return text.length > most ? start.replace(/[\ud800-\udbff]$/, "").replace(/\u200d$/, "") : start;
}
var escaped = (text) => Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("");

// src/base/diagnostics.ts
var InputError = class extends Error {
  diagnostics;
  constructor(diagnostics) {
    super(diagnostics.map(formatDiagnostic).join("\n"));
    this.name = "InputError";
    this.diagnostics = diagnostics;
  }
};
var formatDiagnostic = (d) => diagnosticLines(d).join("\n");
function diagnosticLines(d) {
  const lines = [`${placeOf(d)}${d.severity}[${printable(d.code, 100)}] ${printable(d.message)}`];
  if (d.found !== void 0) lines.push(`  found:   ${printable(d.found)}`);
  if (d.allowed !== void 0) lines.push(`  allowed: ${printable(d.allowed)}`);
  if (d.hint !== void 0) lines.push(`  hint:    ${printable(d.hint)}`);
  return lines;
}
function lineOf(d) {
  const { message, found, allowed, hint } = d;
  const more = [found, allowed && `allowed: ${allowed}`].filter((s) => s !== void 0 && s !== "");
  const text = `${message}${more.length > 0 ? ` (${more.join("; ")})` : ""}${hint === void 0 ? "" : `; ${hint}`}`;
  return `${placeOf(d)}${printable(text, 2e3)}`;
}
var placeOf = ({ at }) => at ? `${printable(shownPath(at.file))}:${at.line}:${at.column}: ` : "";
function defectLines(error) {
  if (!(error instanceof Error)) return [printable(String(error), 2e3)];
  const calls = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [printable(`${error.name}: ${error.message}`, 2e3), ...calls.map((line) => printable(line))];
}
function sortDiagnostics(diagnostics) {
  return [...diagnostics].sort(
    (a, b) => (a.at?.file ?? "").localeCompare(b.at?.file ?? "") || (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0)
  );
}
var longestSlip = 100;
var mostCandidates = 1e4;
function didYouMean(name, candidates) {
  if (name.length > longestSlip) return void 0;
  const wanted = name.toLowerCase();
  let best;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates.slice(0, mostCandidates)) {
    if (candidate.length > 2 * longestSlip) continue;
    const d = (0, import_fastest_levenshtein.distance)(wanted, candidate.toLowerCase());
    if (d < least) [best, least] = [candidate, d];
  }
  return best;
}

// src/base/result.ts
var ok = (value) => ({ ok: true, value });
var err = (error) => ({ ok: false, error });
function unreachable(value, what = "value") {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}

// src/train/round.ts
var rounded = (value) => Number(value.toPrecision(6));

// src/base/hash.ts
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
function canonicalJson(value) {
  if (Array.isArray(value)) return `[${value.map((v) => canonicalJson(v ?? null)).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).filter(([, v]) => v !== void 0).sort(([a], [b]) => a < b ? -1 : 1);
    return `{${members.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
function sha256(data) {
  return createHash("sha256").update(data).digest("hex");
}
async function sha256OfFile(path) {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(part);
  return hash.digest("hex");
}
function fingerprint(value) {
  return sha256(canonicalJson(value));
}

// src/base/random.ts
import { createHash as createHash2 } from "node:crypto";

// node_modules/pure-rand/lib/esm/generator/xoroshiro128plus.js
var jumps = [
  3639956645,
  3750757012,
  1261568508,
  386426335
];
var XoroShiro128Plus = class XoroShiro128Plus2 {
  constructor(s01, s00, s11, s10) {
    this.s01 = s01;
    this.s00 = s00;
    this.s11 = s11;
    this.s10 = s10;
  }
  clone() {
    return new XoroShiro128Plus2(this.s01, this.s00, this.s11, this.s10);
  }
  next() {
    const out = this.s00 + this.s10 | 0;
    const a0 = this.s10 ^ this.s00;
    const a1 = this.s11 ^ this.s01;
    const s00 = this.s00;
    const s01 = this.s01;
    this.s00 = s00 << 24 ^ s01 >>> 8 ^ a0 ^ a0 << 16;
    this.s01 = s01 << 24 ^ s00 >>> 8 ^ a1 ^ (a1 << 16 | a0 >>> 16);
    this.s10 = a1 << 5 ^ a0 >>> 27;
    this.s11 = a0 << 5 ^ a1 >>> 27;
    return out;
  }
  jump() {
    let ns01 = 0;
    let ns00 = 0;
    let ns11 = 0;
    let ns10 = 0;
    let s01 = this.s01;
    let s00 = this.s00;
    let s11 = this.s11;
    let s10 = this.s10;
    for (let i = 0; i !== 4; ++i) {
      const ji = jumps[i];
      for (let mask = 1; mask; mask <<= 1) {
        if (ji & mask) {
          ns01 ^= s01;
          ns00 ^= s00;
          ns11 ^= s11;
          ns10 ^= s10;
        }
        const a0 = s10 ^ s00;
        const a1 = s11 ^ s01;
        const s00_ = s00;
        const s01_ = s01;
        s00 = s00_ << 24 ^ s01_ >>> 8 ^ a0 ^ a0 << 16;
        s01 = s01_ << 24 ^ s00_ >>> 8 ^ a1 ^ (a1 << 16 | a0 >>> 16);
        s10 = a1 << 5 ^ a0 >>> 27;
        s11 = a0 << 5 ^ a1 >>> 27;
      }
    }
    this.s01 = ns01;
    this.s00 = ns00;
    this.s11 = ns11;
    this.s10 = ns10;
  }
  getState() {
    return [
      this.s01,
      this.s00,
      this.s11,
      this.s10
    ];
  }
};
function xoroshiro128plusFromState(state) {
  if (!(state.length === 4)) throw new Error("The state must have been produced by a xoroshiro128plus RandomGenerator");
  return new XoroShiro128Plus(state[0], state[1], state[2], state[3]);
}

// src/base/random.ts
function stream(seed, ...path) {
  if (!Number.isSafeInteger(seed)) throw new Error(`a seed must be a whole number, found ${seed}`);
  const digest = createHash2("sha256").update(JSON.stringify([seed, ...path])).digest();
  const word = (i) => digest.readInt32LE(4 * i);
  const generator = xoroshiro128plusFromState([word(0) | 1, word(1), word(2), word(3)]);
  const uniform = () => (generator.next() >>> 0) / 4294967296;
  let spare;
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    normal: () => {
      if (spare !== void 0) {
        const value = spare;
        spare = void 0;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    }
  };
}
function shuffled(items, random) {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const kept2 = out[i];
    out[i] = out[j];
    out[j] = kept2;
  }
  return out;
}
function deriveSeed(seed, ...path) {
  return stream(seed, "seed", ...path).integer(2147483648);
}

export {
  fromFolder,
  shownPath,
  printable,
  withEscapes,
  printableLines,
  InputError,
  diagnosticLines,
  lineOf,
  defectLines,
  sortDiagnostics,
  didYouMean,
  ok,
  err,
  unreachable,
  rounded,
  stream,
  shuffled,
  deriveSeed,
  canonicalJson,
  sha256,
  sha256OfFile,
  fingerprint
};
