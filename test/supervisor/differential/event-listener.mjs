// An event listener of supervisord: appends "NAME STATE" to a file for every change of a process's state.
// http://supervisord.org/events.html
import { appendFileSync } from "node:fs";

const [file = ""] = process.argv.slice(2);
let buffer = "";
process.stdout.write("READY\n");
process.stdin.setEncoding("utf8").on("data", (chunk) => {
  buffer += chunk;
  for (;;) {
    const [, header = "", length = "0"] = /^(.*len:(\d+).*)\n/.exec(buffer) ?? [];
    const end = header.length + 1 + Number(length);
    if (header === "" || buffer.length < end) return;
    const payload = buffer.slice(header.length + 1, end);
    buffer = buffer.slice(end);
    const state = /eventname:PROCESS_STATE_(\w+)/.exec(header)?.[1]?.toLowerCase();
    appendFileSync(file, `${/processname:(\S+)/.exec(payload)?.[1]} ${state}\n`);
    process.stdout.write("RESULT 2\nOKREADY\n");
  }
});
