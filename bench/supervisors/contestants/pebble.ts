import type { Contestant } from "../contestant.ts";
import { workFolder } from "../native.ts";
import { askVersion } from "./version.ts";

const program = process.env.PEBBLE ?? `${workFolder}/pebble`;

/** https://github.com/canonical/pebble */
export const pebble: Contestant = {
  name: "pebble",
  note: "backoff 1 ms; keeps the last 100 KB of each child's output in memory and writes no files",
  version: () => askVersion([program, "version", "--client"], `its program at ${program}, or at $PEBBLE`),
  prepare: (trial) => {
    const services = trial.names.map((name) => [
      name,
      {
        override: "replace",
        command: trial.childArgv(name).join(" "),
        startup: "enabled",
        "on-success": "restart",
        "on-failure": "restart",
        "backoff-delay": "1ms",
        "backoff-factor": 1.0,
        "backoff-limit": "1ms",
        "kill-delay": `${trial.options.grace}s`,
      },
    ]);
    trial.write("pebble/layers/001-bench.yaml", JSON.stringify({ services: Object.fromEntries(services) }));
    return {
      run: [program, "run"],
      environment: { PEBBLE: `${trial.folder}/pebble`, PEBBLE_SOCKET: `${trial.fastFolder}/pebble.sock` },
      status: (name) => [program, "services", ...(name === undefined ? [] : [name])],
      countRunning: (answer) => answer.split(/ active /).length - 1,
      stopOne: (name) => [program, "stop", name],
    };
  },
};
