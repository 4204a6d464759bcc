import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { convertToTasksYaml } from "../../../../../supervisor/config/dialects/convert.ts";
import { guessDialect } from "../../../../../supervisor/config/dialects/guess.ts";
import { crossCheck, readTasksFile } from "../../../../../supervisor/config/tasks-file.ts";
import { toJobSpec } from "../../../../../supervisor/core/jobs/job-spec.ts";
import { listNextOf } from "../../../../../supervisor/core/jobs/list-next.ts";
import { renderDueTimes } from "../../../../../supervisor/ctl/job-commands.ts";
import { createProgram } from "../../../../../supervisor/ctl/program.ts";
import { listOffline } from "../../../../../supervisor/offline-next.ts";
import { readCodeBlocks } from "../../../docs/code-blocks.ts";

const blocks = readCodeBlocks().filter(({ page }) => page === "docs/jobs.md");
const before = (index: number): string => blocks[index - 1]?.text ?? "";

describe("docs/jobs.md", () => {
  const files = blocks.filter(({ language }) => language === "yaml");
  test.each(files.map(({ line, text }) => [line, text] as const))(
    "the jobs of line %i will run",
    (line, text) => {
      const read = readTasksFile(text, `docs/jobs.md:${line}`);
      if (!read.ok) throw new Error(JSON.stringify(read.problems));
      expect(crossCheck([read.value])).toEqual([]);
      const { tasks, groups } = read.value.config;
      const specs = Object.entries(tasks).flatMap(
        ([task, settings]) => toJobSpec({ task, settings, offReason: null }, { groups }, "host") ?? [],
      );
      expect(specs.length).toBeGreaterThan(0);
      for (const spec of specs) expect(listNextOf(spec, undefined, Date.now(), 1)).toHaveLength(1);
    },
  );

  it("prints what longshored next prints", async () => {
    const folder = mkdtempSync(join(tmpdir(), "longshore-docs-"));
    try {
      for (const [index, { language, text }] of blocks.entries()) {
        if (language !== "console") continue;
        const file = join(folder, "tasks.yaml");
        writeFileSync(file, before(index));
        for (const example of text.split(/^\$ /m).slice(1)) {
          const [command = "", ...output] = example.trimEnd().split("\n");
          const [, job, from, until] =
            /^longshored next tasks\.yaml (\w+) --from (\S+) --until (\S+)$/.exec(command) ?? [];
          const answer = await listOffline(file, job, { from, until }, new Date());
          expect(renderDueTimes(answer, false).split("\n")).toEqual(output);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(blocks.some(({ language }) => language === "console")).toBe(true);
  });

  test.each(["crontab", "anacrontab"] as const)("converts the %s as it says", (language) => {
    const index = blocks.findIndex((block) => block.language === language);
    const text = blocks[index]?.text ?? "";
    expect(guessDialect(text, "file")).toBe(language);
    const converted = convertToTasksYaml({ file: language, text }, language);
    expect(converted.ok && converted.value.text).toBe(blocks[index + 1]?.text);
  });

  it("names commands of longshorectl that exist", () => {
    const names = createProgram(async () => {}).commands.map((command) => command.name());
    for (const name of ["jobs", "history", "logs", "next", "run", "health"]) expect(names).toContain(name);
  });
});
