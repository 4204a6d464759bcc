/** A key that other supervisors have for one of a task's, and what its values mean. */
export interface Alias {
  readonly key: string;
  readonly convert?: (value: unknown) => unknown;
}

const restartWords: Readonly<Record<string, string>> = {
  true: "always",
  unexpected: "on-failure",
  false: "no",
  never: "no",
  "unless-stopped": "always",
};

function convertRestart(value: unknown): unknown {
  const word = String(value);
  return Object.hasOwn(restartWords, word) ? restartWords[word] : value;
}

/** supervisord writes `None` and `AUTO`, and seconds and counts as text. */
function convertTarget(value: unknown): unknown {
  return value === "NONE" || value === "None" ? "null" : value === "AUTO" ? "inherit" : value;
}

/** What a key of another supervisor is called here; undefined for one of ours, or of nobody. */
export function findAlias(key: string): Alias | undefined {
  return Object.hasOwn(taskAliases, key) ? taskAliases[key] : undefined;
}

/**
 * The keys of the Taskmaster projects (Go, then Rust) and of supervisord (http://supervisord.org/configuration.html)
 * that mean the same as one of ours.
 */
const taskAliases: Readonly<Record<string, Alias>> = {
  cmd: { key: "command" },
  numprocs: { key: "instances" },
  autoLaunch: { key: "autostart" },
  autorestart: { key: "restart", convert: convertRestart },
  restart: { key: "restart", convert: convertRestart },
  expectedExitCodes: { key: "success_exit_codes" },
  exitcodes: { key: "success_exit_codes" },
  successfulStartTimeout: { key: "start_period" },
  starttime: { key: "start_period" },
  startsecs: { key: "start_period" },
  restartsAttempts: { key: "start_retries" },
  startretries: { key: "start_retries" },
  // The spelling is theirs.
  stopingSignal: { key: "stop_signal" },
  stopsignal: { key: "stop_signal" },
  gracefulStopTimeout: { key: "stop_grace_period" },
  stoptime: { key: "stop_grace_period" },
  stopwaitsecs: { key: "stop_grace_period" },
  stdout_logfile: { key: "stdout", convert: convertTarget },
  stderr_logfile: { key: "stderr", convert: convertTarget },
  env: { key: "environment" },
  workingDirectory: { key: "working_dir" },
  workingdir: { key: "working_dir" },
  directory: { key: "working_dir" },
};
