import type { SupervisordValues } from "./supervisord-values.ts";

type Raw = Record<string, unknown>;

const logDefaults = { max_size: "50MB", max_files: 10 };
/** Other names of what supervisord itself writes to, also where it is a container's first process. */
const ownOutput = /^\/(?:dev\/(?:stdout|stderr)|(?:dev|proc\/(?:self|1))\/fd\/[12])$/;

/** Where a program's output goes, and when its files are put aside. */
export function convertOutput(values: SupervisordValues): Raw {
  const output: Raw = {};
  const logs: Raw[] = [];
  const isMerged = values.truth("redirect_stderr") === true;
  if (isMerged) output.stderr = "stdout";
  for (const stream of isMerged ? ["stdout"] : ["stdout", "stderr"]) {
    const key = `${stream}_logfile`;
    const target = readTarget(values, key);
    if (target !== undefined) output[stream] = target;
    const log = readLog(values, key);
    if (target !== undefined && target !== "null" && target !== "inherit") logs.push(log);
  }
  const [log, other] = logs;
  if (log !== undefined) output.log = log;
  if (other !== undefined && JSON.stringify(other) !== JSON.stringify(log))
    values.remark("stderr_logfile", "log is that of stdout, and holds for both streams");
  return output;
}

function readLog(values: SupervisordValues, key: string): Raw {
  const size = values.now(`${key}_maxbytes`);
  if (size !== undefined && !/^\d+\s*([kmg]b)?$/i.test(size))
    values.refuse(`${key}_maxbytes`, `${key}_maxbytes=${size} is no size such as 50MB`);
  return {
    max_size: size ?? logDefaults.max_size,
    max_files: values.number(`${key}_backups`) ?? logDefaults.max_files,
  };
}

/** Undefined for what happens anyway. */
function readTarget(values: SupervisordValues, key: string): string | undefined {
  const path = values.text(key)?.trim();
  if (path === undefined || path === "") return undefined;
  const word = path.toLowerCase();
  if (word === "auto") {
    values.remark(key, `${key}=AUTO: the output goes to longshored's own, and longshorectl logs shows it`);
    return undefined;
  }
  if (word === "none" || word === "off" || path === "/dev/null") return "null";
  if (word === "syslog") {
    values.remark(key, `${key}=syslog has no counterpart: the output goes to longshored's own`);
    return undefined;
  }
  if (ownOutput.test(path)) return "inherit";
  if (/^~[^/]/.test(path)) values.remark(key, `${key}=${path}: write the folder of that user`);
  return path.replace(/^~\//, "${HOME}/");
}
