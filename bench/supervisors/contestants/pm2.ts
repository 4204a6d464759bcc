import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { type Contestant, rotation } from "../contestant.ts";
import { workFolder } from "../native.ts";
import { askVersion } from "./version.ts";

const modules = `${workFolder}/node_modules`;

/** https://pm2.keymetrics.io */
export const pm2: Contestant = {
  name: "pm2",
  note: "pm2-runtime, fork mode, SIGTERM; logs rotated by pm2-logrotate at its fastest (looks once a second, copies and truncates)",
  version: () =>
    askVersion(
      ["node", "-p", `require(${JSON.stringify(`${modules}/pm2/package.json`)}).version`],
      `npm install --prefix ${workFolder} pm2 pm2-logrotate`,
    ),
  prepare: (trial) => {
    const { captureLogs, grace } = trial.options;
    const apps = trial.names.map((name) => {
      const [script, ...args] = trial.childArgv(name);
      return {
        name,
        script,
        args,
        interpreter: "none",
        exec_mode: "fork",
        autorestart: true,
        restart_delay: 0,
        min_uptime: 0,
        max_restarts: 1_000_000,
        merge_logs: true,
        kill_timeout: grace * 1_000,
        treekill: true,
        out_file: captureLogs ? `${trial.folder}/log/${name}.log` : "/dev/null",
        error_file: "/dev/null",
      };
    });
    const home = `${trial.folder}/home`;
    if (captureLogs && existsSync(`${modules}/pm2-logrotate`)) {
      // what `pm2 install pm2-logrotate` leaves behind
      const settings = {
        max_size: String(rotation.size),
        retain: String(rotation.keep),
        workerInterval: "1",
        compress: "false",
      };
      trial.write(
        "home/module_conf.json",
        JSON.stringify({ "module-db-v2": { "pm2-logrotate": {} }, "pm2-logrotate": settings }),
      );
      mkdirSync(`${home}/modules/pm2-logrotate`, { recursive: true });
      symlinkSync(modules, `${home}/modules/pm2-logrotate/node_modules`);
    }
    const file = trial.write("apps.config.json", JSON.stringify({ apps }));
    const client = ["node", `${modules}/pm2/bin/pm2`] as const;
    const log = `${trial.folder}/log`;
    return {
      run: ["node", `${modules}/pm2/bin/pm2-runtime`, "start", file],
      environment: { PM2_HOME: home, PM2_KILL_SIGNAL: "SIGTERM" },
      status: (name) => (name === undefined ? [...client, "jlist"] : [...client, "describe", name]),
      countRunning: (answer) => answer.split('"status":"online"').length - 1,
      stopOne: (name) => [...client, "stop", name],
      logFiles: (name) => [
        ...readdirSync(log)
          .filter((entry) => entry.startsWith(`${name}__`))
          .sort()
          .map((entry) => `${log}/${entry}`),
        `${log}/${name}.log`,
      ],
    };
  },
};
