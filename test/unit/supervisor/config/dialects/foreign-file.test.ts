import { describe, expect, it } from "vitest";
import { findForeignFile } from "../../../../../supervisor/config/dialects/foreign-file.ts";
import { parseTasksFile } from "../../../../../supervisor/config/tasks-file.ts";

const converts = (file: string) => `convert it: longshored convert ${file} > tasks.yaml`;

const files: readonly [file: string, text: string, message: RegExp, hint: RegExp | string][] = [
  ["crontab", "", /^crontab:1:1: this looks like a crontab/, converts("crontab")],
  ["crontab", "# nothing yet\n", /like a crontab/, converts("crontab")],
  ["jobs", "# m h  dom mon dow   command\n", /like a crontab/, converts("jobs")],
  ["jobs", "MAILTO=me@example.org\n", /like a crontab/, converts("jobs")],
  ["jobs", "SHELL=/bin/sh\nPATH=/bin\n", /like a crontab/, converts("jobs")],
  ["jobs", "\n# x\n@reboot /bin/true\n", /^jobs:3:1: .*like a crontab/, converts("jobs")],
  ["jobs", "*/5 * * * * echo hi\n", /like a crontab/, converts("jobs")],
  ["jobs", "0 3 * * * echo a: b\n", /like a crontab/, converts("jobs")],
  ["my jobs", "* * * * * echo hi\n", /like a crontab/, converts("'my jobs'")],
  ["etc/crontab", "17 * * * * root run-parts /x\n", /like a crontab of the system/, converts("etc/crontab")],
  ["anacrontab", "1 5 cron.daily run-parts /x\n", /like an anacrontab/, converts("anacrontab")],
  ["Procfile", "web: node x.js\nworker: node y.js\n", /like a Procfile/, converts("Procfile")],
  ["Procfile.dev", "web: node x.js\n", /like a Procfile/, converts("Procfile.dev")],
  [
    "a.conf",
    "[supervisord]\n[program:web]\ncommand=sleep 9\n",
    /like a supervisord.conf/,
    converts("a.conf"),
  ],
  [
    "a.service",
    "[Unit]\nDescription=x\n[Service]\nExecStart=/x\n",
    /like a unit of systemd/,
    /ExecStart as command/,
  ],
  ["ecosystem.config.js", "module.exports = {\n  apps: [{ script: './a.js' }]\n}\n", /PM2/, /node api\.js/],
  ["a.mjs", "export default { apps: [] }\n", /JavaScript/, /node api\.js/],
  ["a.toml", '[tasks.web]\ncommand = "sleep 9"\n', /TOML/, /only YAML and JSON/],
  ["a.toml", '[[programs]]\nname = "web"\n', /TOML/, /only YAML and JSON/],
  ["run.sh", "#!/bin/sh\nexec nginx\n", /a script/, /\[sh, FILE\]/],
  ["Dockerfile", "FROM debian\nRUN apt-get update\n", /a Dockerfile/, /CMD/],
  ["a.env", "FOO=1\nBAR=2\n", /a file of variables/, /env_file: FILE/],
  ["a.xml", "<xml></xml>\n", /XML/, /write tasks/],
  ["a", "\x7fELF\0\0\n", /no text/, /write tasks/],
  ["tasks.yaml", "", /^tasks.yaml:1:1: the file is empty$/, /write tasks/],
  ["tasks.yaml", "\n\n# web\n", /holds comments/, /write tasks/],
  // One of these by its words: each has its own answer at its line.
  [
    "compose.yml",
    "services:\n  web:\n    image: nginx\n",
    /^compose.yml:1:1: services: unknown/,
    /Compose's word/,
  ],
  ["pm2.json", '{"apps": [{"name":"x"}]}', /^pm2.json:1:2: apps: unknown key/, /PM2's word/],
];

describe("a file that is no tasks.yaml", () => {
  it.each(files)("%s %j is told for what it is, in one problem", (file, text, message, hint) => {
    const read = parseTasksFile(text, file);
    const problems = read.ok ? [] : read.problems;
    expect(problems).toHaveLength(1);
    const [{ position, path, message: said, hint: way } = { position: undefined, path: "", message: "" }] =
      problems;
    const place = `${file}:${position?.line}:${position?.column}: ${path === "" ? "" : `${path}: `}`;
    expect(`${place}${said}`).toMatch(message);
    expect(way).toMatch(hint);
  });

  it.each([
    ["tasks:\n  web:\n    command: echo [Service]\n\tx"],
    ["tasks:\n  web:\n    command: |\n      [program:x]\n    oops\n"],
    ["defaults:\n  user: app\ntask:\n - * * * * *\n"],
    ['{"tasks": {"web": {"command": "sleep 9"},}'],
    ["web:\n  comand: sleep 9\n"],
  ])("%j is a tasks.yaml with its own problems", (text) => {
    const read = parseTasksFile(text, "tasks.yaml");
    expect(read.ok ? [] : read.problems.map(({ message }) => message).join()).not.toMatch(/looks like/);
    expect(read.ok).toBe(false);
  });

  it("is told in linear time", () => {
    for (const text of ["\n", "[", "[a ", " ", "FROM ", "<", "a=", "#", "* "].map((part) =>
      part.repeat(100_000),
    )) {
      const begin = performance.now();
      findForeignFile(text, "x");
      expect(performance.now() - begin).toBeLessThan(4_000);
    }
  });
});
