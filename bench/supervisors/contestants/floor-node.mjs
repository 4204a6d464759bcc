// The least that a supervisor on Node can do: start, restart at once, rotate logs, stop groups, answer on a socket.
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { connect, createServer } from "node:net";

const [verb, path = "", ...question] = process.argv.slice(2);
if (verb === "run") run(JSON.parse(readFileSync(path, "utf8")));
else ask();

function ask() {
  const socket = connect(path, () => socket.end(question.join(" ")));
  socket.pipe(process.stdout);
}

/** @param {{ socket: string, grace: number, rotation: { size: number, keep: number }, children: any[] }} settings */
function run({ socket, grace, rotation, children }) {
  let isEnding = false;

  const start = (/** @type {any} */ child) => {
    const [program, ...args] = child.argv;
    const stdout = child.log === null ? "ignore" : "pipe";
    const spawned = spawn(program, args, { detached: true, stdio: ["ignore", stdout, "ignore"] });
    child.pid = spawned.pid;
    spawned.stdout?.on("data", child.writer);
    spawned.on("exit", () => {
      signal(child, "SIGKILL");
      clearTimeout(child.timer);
      child.pid = undefined;
      child.onStopped?.();
      if (!isEnding && child.onStopped === undefined) start(child);
      else if (isEnding && children.every((one) => one.pid === undefined)) process.exit();
    });
  };
  const stop = (/** @type {any} */ child) =>
    new Promise((resolve) => {
      child.onStopped = resolve;
      signal(child, "SIGTERM");
      child.timer = setTimeout(signal, grace, child, "SIGKILL");
    });

  for (const child of children) {
    if (child.log !== null) child.writer = makeWriter(child.log, rotation);
    start(child);
  }
  process.on("SIGTERM", () => {
    isEnding = true;
    children.forEach(stop);
  });
  createServer({ allowHalfOpen: true }, (client) => {
    client.once("data", async (data) => {
      const [action, name] = data.toString().split(" ");
      const asked = name === undefined ? children : children.filter((child) => child.name === name);
      if (action === "stop") await Promise.all(asked.map(stop));
      client.end(asked.map((child) => `${child.name} ${child.pid ? `up ${child.pid}` : "down"}\n`).join(""));
    });
  }).listen(socket);
}

/** @param {any} child @param {NodeJS.Signals} name */
function signal(child, name) {
  try {
    process.kill(-child.pid, name);
  } catch {
    // the group is gone
  }
}

/** Appends to a file, and begins a new one at the end of the line that reaches the size. */
function makeWriter(/** @type {string} */ file, { size, keep } = { size: 0, keep: 0 }) {
  let fd = openSync(file, "a");
  let written = 0;
  return (/** @type {Buffer} */ chunk) => {
    const end = written + chunk.length > size ? chunk.lastIndexOf(10) + 1 : 0;
    if (end > 0) {
      writeSync(fd, chunk, 0, end);
      closeSync(fd);
      rmSync(`${file}.${keep}`, { force: true });
      for (let age = keep; age > 1; age--)
        if (existsSync(`${file}.${age - 1}`)) renameSync(`${file}.${age - 1}`, `${file}.${age}`);
      renameSync(file, `${file}.1`);
      fd = openSync(file, "a");
      written = 0;
    }
    written += writeSync(fd, chunk, end);
  };
}
