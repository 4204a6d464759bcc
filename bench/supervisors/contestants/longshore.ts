import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import pkg from "../../../package.json" with { type: "json" };
import { type Contestant, rotation } from "../contestant.ts";
import { askVersion } from "./version.ts";

const dist = fileURLToPath(new URL("../../../dist", import.meta.url));

/** This project. */
export const longshore: Contestant = {
  name: "longshore",
  note: "backoff initial: 0s, start_period: 0s",
  version: () => {
    askVersion(["node", `${dist}/longshored.cjs`, "--version"], "npm run build");
    return pkg.version;
  },
  prepare: (trial) => {
    const { captureLogs, grace } = trial.options;
    const logFile = (name: string): string => `${trial.folder}/log/${name}.log`;
    const tasks = trial.names.map((name) => {
      const log = { max_size: `${rotation.size / 1e6}MB`, max_files: rotation.keep };
      const output = captureLogs ? { stdout: logFile(name), log } : { stdout: "null" };
      return [name, { command: trial.childArgv(name), ...output }] as const;
    });
    const defaults = {
      start_period: "0s",
      backoff: { initial: "0s" },
      stop_grace_period: `${grace}s`,
      stderr: "null",
    };
    const file = trial.write(
      "tasks.yaml",
      stringify({ defaults, shutdown_timeout: "60s", tasks: Object.fromEntries(tasks) }),
    );
    const socket = `${trial.fastFolder}/control.sock`;
    const client = ["node", `${dist}/longshorectl.cjs`, "--socket", socket] as const;
    return {
      run: [
        "node",
        `${dist}/longshored.cjs`,
        file,
        "--socket",
        socket,
        "--state-dir",
        `${trial.folder}/state`,
      ],
      status: (name) => [...client, "status", ...(name === undefined ? [] : [name])],
      countRunning: (answer) => answer.split(/ running\b/).length - 1,
      stopOne: (name) => [...client, "stop", name],
      logFiles: (name) => [
        ...Array.from({ length: rotation.keep }, (_, index) => `${logFile(name)}.${rotation.keep - index}`),
        logFile(name),
      ],
    };
  },
};
