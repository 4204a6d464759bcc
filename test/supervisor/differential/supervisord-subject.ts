import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Subject } from "./subject.ts";

const listener = fileURLToPath(new URL("event-listener.mjs", import.meta.url));
const run = promisify(execFile);

export function isSupervisordInstalled(): boolean {
  return existsSync("/usr/bin/supervisord");
}

/** Debian's supervisord with the given programs, its files in a folder. */
export function startSupervisord(folder: string, programs: string): Subject {
  const socket = `${folder}/supervisor.sock`;
  const events = `${folder}/events`;
  const file = `${folder}/all.conf`;
  writeFileSync(events, "");
  writeFileSync(
    file,
    `[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile=${folder}/supervisord.pid
childlogdir=${folder}
[unix_http_server]
file=${socket}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${socket}
[eventlistener:states]
command=${process.execPath} ${listener} ${events}
events=PROCESS_STATE
buffer_size=1000
stderr_logfile=NONE
${programs}`,
  );
  const child = spawn("/usr/bin/supervisord", ["-c", file], { stdio: "ignore" });
  const control = async (...words: string[]): Promise<void> => {
    await run("/usr/bin/supervisorctl", ["-c", file, ...words]);
  };
  const ask = async (name: string, field: string): Promise<number> => {
    const answer = await call(socket, "supervisor.getProcessInfo", name);
    return Number(new RegExp(`<name>${field}</name>\\s*<value><int>(-?\\d+)`).exec(answer)?.[1]);
  };
  const answers = (): Promise<boolean> =>
    call(socket, "supervisor.getState").then(
      () => true,
      () => false,
    );
  const waitUntilReady = async (): Promise<void> => {
    while (child.exitCode === null && !(await answers()))
      await new Promise((resolve) => setTimeout(resolve, 50));
  };
  return {
    ready: waitUntilReady(),
    sequenceOf: (name) =>
      readFileSync(events, "utf8")
        .split("\n")
        .flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : [])),
    stop: (name) => control("stop", name),
    start: (name) => control("start", name),
    restart: (name) => control("restart", name),
    pidOf: (name) => ask(name, "pid"),
    exitCodeOf: (name) => ask(name, "exitstatus"),
    hangUp: async () => void child.kill("SIGHUP"),
    end: () =>
      new Promise((resolve) => {
        child.once("exit", (code) => resolve(code));
        child.kill("SIGTERM");
      }),
  };
}

/** supervisord's XML-RPC; the answer as it is. */
function call(socketPath: string, method: string, ...words: string[]): Promise<string> {
  const parameters = words.map((word) => `<param><value><string>${word}</string></value></param>`).join("");
  const body = `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${parameters}</params></methodCall>`;
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "text/xml", "content-length": Buffer.byteLength(body) };
    const sent = request({ socketPath, method: "POST", path: "/RPC2", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
