import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  isWithheld
} from "./chunk-MGDKP2R7.js";

// src/engines/command/environment.ts
var always = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  "TMPDIR",
  "TMP",
  "TEMP",
  "LD_LIBRARY_PATH",
  "DYLD_LIBRARY_PATH",
  "VIRTUAL_ENV",
  "CONDA_PREFIX",
  "SSL_CERT_FILE",
  // Windows starts nothing without these.
  "SystemRoot",
  "PATHEXT",
  "COMSPEC",
  "USERPROFILE",
  "APPDATA",
  "LOCALAPPDATA"
];
function scriptEnvironment(own, listed) {
  const names = [...always, ...listed.filter((name) => !isWithheld(name))];
  return {
    // Runs train in parallel, and sums depend on the number of threads: one each, unless the spec passes its own number.
    OMP_NUM_THREADS: "1",
    ...Object.fromEntries(names.flatMap((name) => own[name] === void 0 ? [] : [[name, own[name]]]))
  };
}

export {
  scriptEnvironment
};
