import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { convertToTasksYaml } from "../../../../../supervisor/config/dialects/convert.ts";
import { splitPercent } from "../../../../../supervisor/config/dialects/crontab-command.ts";
import { guessDialect } from "../../../../../supervisor/config/dialects/guess.ts";
import type { Dialect } from "../../../../../supervisor/config/dialects/names.ts";

interface Converted {
  readonly tasks: Readonly<Record<string, Record<string, unknown>>>;
}

function convert(text: string, file = "file"): Converted & { text: string } {
  const converted = convertToTasksYaml({ file, text }, guessDialect(text, file) as Dialect);
  if (!converted.ok) throw new Error(JSON.stringify(converted.problems));
  return { ...(parse(converted.value.text) as Converted), text: converted.value.text };
}

// Real files: Debian's /etc/crontab and /etc/cron.d, certbot, php, mdadm, a Raspberry Pi, Nextcloud, WordPress.
describe("real crontabs", () => {
  it("Debian's own", () => {
    const { tasks } = convert(
      `SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin
# m h dom mon dow user	command
17 *	* * *	root    cd / && run-parts --report /etc/cron.hourly
25 6	* * *	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
47 6	* * 7	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
52 6	1 * *	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }
`,
      "/etc/crontab",
    );
    expect(Object.values(tasks).map(({ schedule, user }) => `${schedule} ${user}`)).toEqual([
      "17 * * * * root",
      "25 6 * * * root",
      "47 6 * * 7 root",
      "52 6 1 * * root",
    ]);
    expect(Object.keys(tasks)).toEqual(["run-parts", "run-parts-2", "run-parts-3", "run-parts-4"]);
    expect(tasks["run-parts"]?.environment).toMatchObject({ PATH: expect.stringContaining("/usr/sbin") });
  });

  it("certbot's", () => {
    const { tasks } = convert(
      `0 */12 * * * root test -x /usr/bin/certbot -a \\! -d /run/systemd/system && perl -e 'sleep int(rand(43200))' && certbot -q renew --no-random-sleep-on-renew\n`,
      "/etc/cron.d/certbot",
    );
    expect(Object.values(tasks)[0]).toMatchObject({ schedule: "0 */12 * * *", user: "root" });
  });

  it("a user's", () => {
    const { tasks, text } = convert(`MAILTO=me@example.org
@reboot sleep 30 && /home/pi/start.sh
*/5  *  *  *  * php -f /var/www/nextcloud/cron.php
0 9-17/2 * * mon-fri /usr/bin/beep -f 440
@annually /usr/bin/happy-new-year
15 2 * * * mysqldump wp | gzip > /backup/wp-$(date +\\%u).sql.gz
30 8 * * 0 mail -s "Hello%World" me%First line%Second line
`);
    expect(Object.entries(tasks).map(([name, { schedule }]) => `${name}: ${schedule}`)).toEqual([
      "sleep: @reboot",
      "php: */5 * * * *",
      "beep: 0 9-17/2 * * mon-fri",
      "happy-new-year: @yearly",
      "mysqldump: 15 2 * * *",
      "mail: 30 8 * * 0",
    ]);
    expect(tasks.mysqldump?.command).toEqual([
      "/bin/sh",
      "-c",
      "mysqldump wp | gzip > /backup/wp-$$(date +%u).sql.gz",
    ]);
    expect(tasks.mail?.command).toEqual([
      ...["/bin/sh", "-c", 'printf %s "$$2" | "$$0" -c "$$1"'],
      ...["/bin/sh", 'mail -s "Hello', 'World" me\nFirst line\nSecond line\n'],
    ]);
    expect(text).toContain("# file:1: MAILTO=me@example.org");
  });

  it("an anacrontab, and a line that is nothing", () => {
    const { tasks, text } = convert(
      "START_HOURS_RANGE=3-22\n1 5 daily nice run-parts /etc/cron.daily\n7 x weekly foo\n",
      "/etc/anacrontab",
    );
    expect(tasks).toEqual({
      daily: { command: ["/bin/sh", "-c", "nice run-parts /etc/cron.daily"], every: "1d" },
    });
    expect(text).toContain('"7 x weekly foo" is no job and was left out');
    expect(text).toContain("START_HOURS_RANGE=3-22");
  });
});

it.each([
  ["* * * * * date\n", "file", "crontab"],
  ["* * * * * root date\n", "file", "system-crontab"],
  ["@daily date\n", "file", "crontab"],
  ["5 4 * * * www-data date\n", "/etc/cron.d/x", "system-crontab"],
  ["5 4 * * * www-data date\n", "file", "system-crontab"],
  ["5 4 * * * www-data /bin/x\n5 4 * * * /bin/y\n", "file", "crontab"],
  ["5 4 * * * mail -s x me\n", "file", "crontab"],
  ["# m h dom mon dow user command\n5 4 * * * me x\n", "file", "system-crontab"],
  ["30 4 L * * /app/x\n", "file", "crontab"],
  ["30 4 1 * foo\n", "file", "yaml"],
  ["oops\n", "/a/my.crontab", "crontab"],
  ["USER=a\n", "crontab.prod", "crontab"],
  ["@daily 5 cron.daily x\n", "file", "anacrontab"],
  ["@every 5m x\n", "file", "crontab"],
  ["@noon x\n", "file", "crontab"],
  ["tasks:\n  a:\n    command: |\n      sh\n# * * * * * x\n", "file", "yaml"],
  ["web: date\nworker: x -y\n", "file", "procfile"],
  ["[Timer]\nOnCalendar=daily\n", "x.timer", "systemd"],
  ["1 5 cron.daily date\n", "file", "anacrontab"],
  ["tasks:\n  a: { command: date }\n", "tasks.yaml", "yaml"],
  ["[program:x]\ncommand=date\n", "x.conf", "supervisord"],
  ["web: date\n", "Procfile", "procfile"],
])("takes %j in %s for a %s", (text, file, dialect) => {
  expect(guessDialect(text, file)).toBe(dialect);
});

describe("a line of a crontab is right, or a remark stands at its line", () => {
  type Case = [name: string, text: string, tasks: Record<string, unknown>, remarks: RegExp[]];
  const job = (command: string, more: object) => ({ command: ["/bin/sh", "-c", command], ...more });
  it.each<Case>([
    ["plain", "*/5 * * * * x -a\n", { x: job("x -a", { schedule: "*/5 * * * *" }) }, []],
    [
      "tabs, names, a range to Sunday",
      "0\t0 1 jan-mar fri-sun x\n",
      { x: job("x", { schedule: "0 0 1 jan-mar fri-sun" }) },
      [],
    ],
    ["CRLF", "0 0 * * * x\r\n", { x: job("x", { schedule: "0 0 * * *" }) }, []],
    ["SUSE's dash", "-0 0 * * * x\n", { x: job("x", { schedule: "0 0 * * *" }) }, []],
    ["cronie's -n", "0 0 * * * -n x\n", { x: job("x", { schedule: "0 0 * * *" }) }, []],
    ["@midnight", "@midnight x\n", { x: job("x", { schedule: "@daily" }) }, []],
    [
      "@reboot",
      "@reboot x\n",
      { x: job("x", { schedule: "@reboot" }) },
      [/^1: @reboot is each start of longshored/],
    ],
    ["@every", "@every 1h30m x\n", { x: job("x", { every: "1h30m" }) }, [/^1: the first run is at once/]],
    ["@every without unit", "@every 5 x\n", {}, [/^1: "@every 5 x" is no job.*no interval such as/]],
    ["@noon", "@noon x\n", {}, [/^1: "@noon x" is no job.*none of cron's words/]],
    [
      "TZ",
      "TZ=America/New_York\n0 8 * * * x\n",
      { x: job("x", { schedule: "0 8 * * *", environment: { TZ: "America/New_York" } }) },
      [/^1: TZ=.*for the commands alone/],
    ],
    [
      "CRON_TZ",
      "CRON_TZ=UTC\n0 8 * * * x\n",
      { x: job("x", { schedule: "0 8 * * *", timezone: "UTC", environment: { CRON_TZ: "UTC" } }) },
      [/^1: CRON_TZ is the schedule's zone/],
    ],
    [
      "HOME",
      "HOME=/srv\n0 8 * * * x\n",
      { x: job("x", { schedule: "0 8 * * *", environment: { HOME: "/srv" } }) },
      [],
    ],
    [
      "LOGNAME",
      "LOGNAME=a\n0 8 * * * x\n",
      { x: job("x", { schedule: "0 8 * * *" }) },
      [/^1: LOGNAME=a: .*left out/],
    ],
    [
      "MAILTO of nobody",
      'MAILTO=""\n0 8 * * * x\n',
      { x: job("x", { schedule: "0 8 * * *", environment: { MAILTO: "" } }) },
      [],
    ],
    [
      "RANDOM_DELAY",
      "RANDOM_DELAY=10\n0 8 * * * x\n",
      { x: job("x", { schedule: "0 8 * * *", jitter: "10m", environment: { RANDOM_DELAY: "10" } }) },
      [/^1: RANDOM_DELAY=10: .*cronie/],
    ],
    [
      "a dollar in a value",
      "'P'=${HOME}/b:$PATH\n0 8 * * * x\n",
      { x: job("x", { schedule: "0 8 * * *", environment: { P: "$${HOME}/b:$$PATH" } }) },
      [],
    ],
    ["variables below a job", "0 8 * * * x\nA=1\n", { x: job("x", { schedule: "0 8 * * *" }) }, []],
    [
      "a step longer than the hour",
      "*/90 * * * * x\n",
      { x: job("x", { schedule: "0 * * * *" }) },
      [/^1: \*\/90 is 0 alone/],
    ],
    [
      "a step from a number",
      "5/15 * * * * x\n",
      { x: job("x", { schedule: "5-59/15 * * * *" }) },
      [/^1: 5\/15 is 5-59\/15/],
    ],
    ["a step longer than its range", "0 1-5/40 * * * x\n", { x: job("x", { schedule: "0 1 * * *" }) }, []],
    ["a range backwards", "0 22-2 * * * x\n", {}, [/^1: .*22-2 goes backwards; write 22-23,0-2/]],
    ["a wrong number", "60 * * * * x\n", {}, [/^1: .*the minute goes from 0 to 59/]],
    ["a day that never comes", "0 0 30 2 * x\n", {}, [/^1: .*it is never due/]],
    ["Jenkins", "H 3 * * * x\n", {}, [/^1: .*"H" is no minute/]],
    ["six fields with seconds", "0 0 3 * * 1 x\n", {}, [/^1: .*six fields; where the first is the seconds/]],
    [
      "no command",
      "0 0 3 * *\n@daily x\n",
      { x: job("x", { schedule: "@daily" }) },
      [/^1: .*it has no command/],
    ],
    [
      "a line that goes on",
      "0 0 3 * * x \\\n  -a\n",
      { x: job("x \\", { schedule: "0 0 3 * *" }) },
      [/^1: cron knows no continuation/, /^2: "-a" is no job/],
    ],
    [
      "a word that may be a user",
      "0 0 3 * * fred /usr/bin/x\n",
      { fred: job("fred /usr/bin/x", { schedule: "0 0 3 * *" }) },
      [/^1: fred is run as a program; .*--from system-crontab/],
    ],
    [
      "an interpreter is none",
      "0 0 3 * * php /srv/x.php\n",
      { php: job("php /srv/x.php", { schedule: "0 0 3 * *" }) },
      [],
    ],
    [
      "an account",
      "0 0 3 * * www-data cd /srv && ./x\n",
      { x: { ...job("cd /srv && ./x", { schedule: "0 0 3 * *" }), user: "www-data" } },
      [],
    ],
  ])("%s", (_, text, tasks, remarks) => {
    if (Object.keys(tasks).length === 0) {
      const refused = convertToTasksYaml({ file: "file", text }, "crontab");
      const [problem, ...others] = refused.ok ? [] : refused.problems;
      expect(others).toEqual([]);
      expect(`${problem?.position?.line}: ${problem?.message}`).toMatch(remarks[0] ?? "");
      return;
    }
    const found = convert(text);
    expect(found.tasks).toEqual(tasks);
    const said = [...found.text.matchAll(/^# file:(.*)$/gm)].map((match) => match[1]);
    expect(said).toHaveLength(remarks.length);
    for (const [index, remark] of remarks.entries()) expect(said[index]).toMatch(remark);
  });

  it("a random minute is chosen, and always the same", () => {
    const [one, other] = [convert("~ 3~5 * * * x\n"), convert("~ 3~5 * * * x\n")];
    expect(one.tasks.x?.schedule).toMatch(/^([0-9]|[1-5][0-9]) [345] \* \* \*$/);
    expect(one).toEqual(other);
    expect(one.text).toMatch(
      /^# file:1: ~ is a random minute, which cron chooses anew at its start: here it is \d+$/m,
    );
  });

  it("a wrong time zone is refused at its line", () => {
    const converted = convertToTasksYaml({ file: "c", text: "\nCRON_TZ=Mars\n0 0 * * * x\n" }, "crontab");
    expect(converted.ok ? [] : converted.problems).toMatchObject([
      { file: "c", position: { line: 2, column: 1 } },
    ]);
  });

  // crontab(5) and cron's own do_command.c.
  it.each([
    ["a%", "a", null],
    ["a %b%c", "a", "b\nc\n"],
    ["a %b%", "a", "b\n"],
    ["date +\\%F", "date +%F", null],
    ["a \\\\%b", "a \\\\", "b\n"],
    ["a \\x%b\\%c", "a \\x", "b%c\n"],
  ])("%j is %j with the input %j", (text, command, input) => {
    expect(splitPercent(text)).toEqual({ command, input });
  });
});

// The crontabs of supercronic's own tests, and of its README.
describe("a crontab of supercronic", () => {
  it.each([
    ["* * * * * * * echo 1", "* * * * * *", "echo 1"],
    ['* * * * * * * echo "$VAR"', "* * * * * *", 'echo "$$VAR"'],
    ["* * * * * * * /bin/sleep 0.1 & exec /bin/sleep 0", "* * * * * *", "/bin/sleep 0.1 & exec /bin/sleep 0"],
    ["*/10 * * * * * * /bin/true", "*/10 * * * * *", "/bin/true"],
    ["* * * * * * with year", "* * * * *", "with year"],
    ["0 0 1 1 * 2099 x", "0 0 0 1 1 * 2099", "x"],
    ["30 4 L * * /app/month-end.sh", "30 4 L * *", "/app/month-end.sh"],
    ["0 0 15W * * x", "0 0 15W * *", "x"],
    ["0 0 ? * 5#2 x", "0 0 ? * 5#2", "x"],
    // A step restricts a day there, so that either will do.
    ["0 0 0 */2 * 1 * x", "0 0 1-31/2 * 1", "x"],
    ["* * * * * * * date +%F \\%", "* * * * * *", "date +%F \\%"],
  ])("%s", (line, schedule, command) => {
    const { tasks, text } = convert(`${line}\n`);
    expect(Object.values(tasks)).toEqual([{ command: ["/bin/sh", "-c", command], schedule }]);
    expect(text).toMatch(/^# file:1: cron does not read these times: the file is read as supercronic does$/m);
  });

  it("has variables and a shell for the whole file, no home folder, and waits for a run", () => {
    const { tasks, text } = convert("* * * * * * * foo\nSHELL=/bin/bash\n1 1 1 1 1 bar\nKEY=VAL\n");
    const environment = { SHELL: "/bin/bash", KEY: "VAL" };
    expect(tasks).toEqual({
      foo: { command: ["/bin/bash", "-c", "foo"], schedule: "* * * * * *", environment },
      bar: { command: ["/bin/bash", "-c", "bar"], schedule: "1 1 1 1 1", environment },
    });
    expect((parse(text) as { defaults: unknown }).defaults).toEqual({ catch_up: false });
  });
});

describe("an anacrontab", () => {
  it("may go on after a backslash, and says what differs", () => {
    const { tasks, text } = convert(
      "A=${B}\nSTART_HOURS_RANGE=3-22\n1 5 daily nice \\\n run-parts /d\n@yearly 9 daily x\n2 x y z\n",
      "/etc/anacrontab",
    );
    expect(tasks).toMatchObject({
      daily: { command: ["/bin/sh", "-c", "nice   run-parts /d"], every: "1d", environment: { A: "$${B}" } },
      "daily-2": { schedule: "@yearly" },
    });
    expect([...text.matchAll(/^# \/etc\/anacrontab:(\d+):/gm)].map((match) => match[1])).toEqual([
      "2",
      "5",
      "6",
    ]);
  });
});
