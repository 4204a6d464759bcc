import { type Contestant, rotation } from "../contestant.ts";
import { debianVersion } from "./version.ts";

/** http://supervisord.org */
export const supervisord: Contestant = {
  name: "supervisord",
  note: "startsecs=0, autorestart=true; without capture stdout_logfile=NONE",
  version: () => debianVersion("supervisor"),
  prepare: (trial) => {
    const { captureLogs, grace, killGroup } = trial.options;
    const logFile = (name: string): string => `${trial.folder}/log/${name}.log`;
    const programs = trial.names.map(
      (name) => `[program:${name}]
command=${trial.childArgv(name).join(" ")}
autostart=true
autorestart=true
startsecs=0
stopwaitsecs=${Math.max(1, grace)}
redirect_stderr=true
stdout_logfile=${captureLogs ? logFile(name) : "NONE"}
stdout_logfile_maxbytes=${rotation.size}
stdout_logfile_backups=${rotation.keep}
${killGroup ? "stopasgroup=true" : ""}`,
    );
    const socket = `${trial.fastFolder}/supervisor.sock`;
    const file = trial.write(
      "supervisord.conf",
      `[supervisord]
nodaemon=true
user=root
logfile=/dev/null
logfile_maxbytes=0
pidfile=${trial.folder}/supervisord.pid
childlogdir=${trial.folder}
minfds=10000
[unix_http_server]
file=${socket}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${socket}
${programs.join("\n")}
`,
    );
    const client = ["/usr/bin/supervisorctl", "-c", file] as const;
    return {
      run: ["/usr/bin/supervisord", "-c", file],
      status: (name) => [...client, "status", ...(name === undefined ? [] : [name])],
      countRunning: (answer) => answer.split(" RUNNING ").length - 1,
      stopOne: (name) => [...client, "stop", name],
      logFiles: (name) => [
        ...Array.from({ length: rotation.keep }, (_, index) => `${logFile(name)}.${rotation.keep - index}`),
        logFile(name),
      ],
    };
  },
};
