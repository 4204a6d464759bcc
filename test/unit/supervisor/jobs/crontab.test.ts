import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { convertToTasksYaml, guessDialect } from "../../../../supervisor/config/convert.ts";

interface Converted {
  readonly tasks: Readonly<Record<string, Record<string, unknown>>>;
}

function convert(text: string, file = "file"): Converted & { text: string } {
  const converted = convertToTasksYaml(text, file, guessDialect(text, file));
  if (!converted.ok) throw new Error(JSON.stringify(converted.problems));
  return { ...(parse(converted.value) as Converted), text: converted.value };
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
    expect(text).toContain("# MAILTO=me@example.org");
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
  ["1 5 cron.daily date\n", "file", "anacrontab"],
  ["tasks:\n  a: { command: date }\n", "tasks.yaml", "yaml"],
  ["[program:x]\ncommand=date\n", "x.conf", "supervisord"],
  ["web: date\n", "Procfile", "procfile"],
])("takes %j in %s for a %s", (text, file, dialect) => {
  expect(guessDialect(text, file)).toBe(dialect);
});
