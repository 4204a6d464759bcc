import { utimesSync } from "node:fs";
import { type Contestant, rotation } from "../contestant.ts";
import { listTimestamped } from "./s6.ts";
import { debianVersion } from "./version.ts";

/** http://smarden.org/runit */
export const runit: Contestant = {
  name: "runit",
  note: "runsvdir, run scripts of #!/bin/sh with exec, svlogd; ended by SIGHUP (SIGTERM leaves the services running)",
  version: () => debianVersion("runit"),
  prepare: (trial) => {
    const { captureLogs, grace } = trial.options;
    const services = `${trial.folder}/services`;
    for (const name of trial.names) {
      trial.write(`services/${name}/run`, `#!/bin/sh\nexec ${trial.childArgv(name).join(" ")}\n`, 0o755);
      if (!captureLogs) continue;
      trial.write(`log/${name}/config`, `s${rotation.size}\nn${rotation.keep + 1}\n`);
      trial.write(`services/${name}/log/run`, `#!/bin/sh\nexec svlogd ${trial.folder}/log/${name}\n`, 0o755);
    }
    // runsvdir sleeps for a second when its folder was changed just now
    utimesSync(services, 1e9, 1e9);
    const folders = (name?: string): string[] =>
      (name === undefined ? trial.names : [name]).map((one) => `${services}/${one}`);
    return {
      run: ["runsvdir", "-P", services],
      shutdownSignal: "SIGHUP",
      status: (name) => ["sv", "status", ...folders(name)],
      countRunning: (answer) => answer.split("run: /").length - 1,
      stopOne: (name) => ["sv", "-w", String(Math.max(1, grace)), "force-stop", ...folders(name)],
      logFiles: (name) => listTimestamped(`${trial.folder}/log/${name}`),
    };
  },
};
