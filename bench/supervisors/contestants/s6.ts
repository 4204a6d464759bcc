import { readdirSync } from "node:fs";
import { type Contestant, rotation } from "../contestant.ts";
import { debianVersion } from "./version.ts";

/** https://skarnet.org/software/s6 */
export const s6: Contestant = {
  name: "s6",
  note: "s6-svscan, run scripts of #!/bin/sh with exec, s6-log; the status of all is a shell loop over s6-svstat",
  version: () => debianVersion("s6"),
  prepare: (trial) => {
    const { captureLogs, grace } = trial.options;
    const scan = `${trial.folder}/services`;
    trial.write("services/.s6-svscan/finish", "#!/bin/sh\nexit 0\n", 0o755);
    for (const name of trial.names) {
      trial.write(`services/${name}/run`, `#!/bin/sh\nexec ${trial.childArgv(name).join(" ")}\n`, 0o755);
      trial.write(`services/${name}/timeout-kill`, `${grace * 1_000}\n`);
      if (!captureLogs) continue;
      const logger = `exec s6-log n${rotation.keep} s${rotation.size} ${trial.folder}/log/${name}`;
      trial.write(`services/${name}/log/run`, `#!/bin/sh\n${logger}\n`, 0o755);
      trial.write(`log/${name}/.keep`, "");
    }
    const each = `for service in ${scan}/*; do s6-svstat $service; done`;
    return {
      run: ["s6-svscan", "-c", "2100", scan],
      status: (name) => (name === undefined ? ["sh", "-c", each] : ["s6-svstat", `${scan}/${name}`]),
      countRunning: (answer) => answer.split("up (pid").length - 1,
      stopOne: (name) => ["s6-svc", "-wD", "-T", "15000", "-d", `${scan}/${name}`],
      logFiles: (name) => listTimestamped(`${trial.folder}/log/${name}`),
    };
  },
};

/** The files that loggers of the daemontools family write: the old ones are named by their time, as TAI64N. */
export function listTimestamped(folder: string): string[] {
  const old = readdirSync(folder)
    .filter((entry) => entry.startsWith("@"))
    .sort();
  return [...old, "current"].map((entry) => `${folder}/${entry}`);
}
