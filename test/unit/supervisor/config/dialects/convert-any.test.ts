import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { convertToTasksYaml } from "../../../../../supervisor/config/dialects/convert.ts";
import { listCrontabLines } from "../../../../../supervisor/config/dialects/crontab-line.ts";
import { guessDialect } from "../../../../../supervisor/config/dialects/guess.ts";
import { dialects } from "../../../../../supervisor/config/dialects/names.ts";

/** Pieces of all of these files, in any order. */
const pieces = [
  ..."*/5 0 * ~ L 15W 5#2 @daily @every 1-5/2 0~9 fri-sun 2026 ? H root www-data -n % \\% \\ $X ${X} ' \" ; # = : , [ ] ( )".split(
    " ",
  ),
  ..."%(ENV_X)s %(process_num)02d %(here)s %% %( numprocs=2 command=x environment=A=1 user=app [program:a] [group:b]".split(
    " ",
  ),
  ..."[supervisord] [include] programs=a minfds=9999 web: release: PORT SHELL=/bin/bash CRON_TZ=UTC TZ=UTC HOME=/ MAILTO=".split(
    " ",
  ),
  ..."tasks: __proto__ constructor x y 7 45 cron.daily START_HOURS_RANGE=3-22 \0 \u2028 é".split(" "),
];
const text = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...pieces) },
      { weight: 3, arbitrary: fc.constantFrom(" ", "\n", "\t", "\r\n", "\n  ") },
      { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
    ),
    { maxLength: 40 },
  )
  .chain((parts) => fc.constantFrom(" ", "", "\n").map((glue) => parts.join(glue)));

describe("whatever a file holds", () => {
  it("it is converted, or refused in words, whatever it is taken for", () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...dialects), (content, dialect) => {
        guessDialect(content, "file");
        const converted = convertToTasksYaml({ file: "file", text: content, inherited: {} }, dialect);
        if (!converted.ok) {
          expect(converted.problems.length).toBeGreaterThan(0);
          return;
        }
        // What is said in comments changes nothing: they are comments, and no more.
        const { text: yaml, remarks } = converted.value;
        expect(yaml.split("\n").slice(0, remarks.length)).toEqual(remarks.map((remark) => `# ${remark}`));
        const again = convertToTasksYaml({ file: "file", text: yaml }, "yaml");
        expect(again.ok && parse(again.value.text)).toEqual(parse(yaml));
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it("each line of a crontab becomes a job, or a remark says that it does not", () => {
    fc.assert(
      fc.property(text, (content) => {
        const converted = convertToTasksYaml({ file: "file", text: content }, "crontab");
        if (!converted.ok) return;
        const jobs = listCrontabLines(content, "file").filter(({ kind }) => kind === "job").length;
        const { tasks } = parse(converted.value.text) as { tasks: Record<string, unknown> };
        const out = converted.value.remarks.filter((remark) => / is no job and was left out: /.test(remark));
        expect(Object.keys(tasks).length + out.length).toBe(jobs);
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  // A pattern that looks at a text in more than one way takes for ever where none fits.
  it.each([
    ["years", `* * * * * 2020${",2020".repeat(5_000)}x y`],
    ["blanks", `a${" ".repeat(200_000)}b`],
    ["empty lines", "\n".repeat(100_000)],
    ["assignments", `web: ${"A=1".repeat(20_000)} `],
    ["quotes", `${"A='b' ".repeat(20_000)}"`],
    ["brackets", "[".repeat(100_000)],
    ["percent signs", `* * * * * x ${"\\%%".repeat(20_000)}`],
  ])("many %s are read in no time", (_, content) => {
    const before = performance.now();
    guessDialect(content, "file");
    for (const dialect of dialects)
      if (dialect !== "yaml") convertToTasksYaml({ file: "file", text: `[program:a]\n${content}` }, dialect);
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});
