import { describe, expect, it } from "vitest";
import { convertProcfile } from "../../../../../supervisor/config/dialects/procfile.ts";

function convert(lines: readonly string[]) {
  const { file, notes } = convertProcfile(lines.join("\n"), "Procfile");
  const tasks = file.tasks as Record<string, { command: string[] }>;
  return { tasks, remarks: notes.remarks.filter((remark) => remark.startsWith("Procfile:")) };
}

describe("a Procfile", () => {
  it("lets a single command take the shell's place", () => {
    const { tasks } = convert([
      "web: cd app && npm start -p $PORT",
      "worker: QUEUE=high NAME='a b' bundle exec sidekiq -c ${JOBS:-5}",
      "clock: bundle exec clock # tick",
      "pipe: tail -f log/*.log | grep x",
      "builtin: time bundle exec x",
      "release: ./migrate",
    ]);
    expect(Object.values(tasks).map(({ command }) => command[2])).toEqual([
      "cd app && npm start -p $$PORT",
      "QUEUE=high NAME='a b' exec bundle exec sidekiq -c $${JOBS:-5}",
      "exec bundle exec clock # tick",
      "tail -f log/*.log | grep x",
      "time bundle exec x",
      "exec ./migrate",
    ]);
    expect(tasks.release).toMatchObject({ type: "oneshot" });
    expect(tasks.web).toMatchObject({ depends_on: { release: { condition: "completed_successfully" } } });
  });

  it.each([
    [
      ["web: a", "web: b"],
      ["web", "web-2"],
      /^Procfile:2: web stands in line 1 already; this one is called web-2/,
    ],
    [["# c", "web: serve $PORT"], ["web"], /^Procfile:2: nobody sets PORT here, which foreman makes 5000/],
    [["a: x", "web: serve ${PORT:-1}"], ["a", "web"], /^Procfile:2: .*foreman makes 5100/],
    [["  web: a", "b: c"], ["b"], /^Procfile:1: " {2}web: a" is no process and was left out/],
    [["web a"], [], /^Procfile:1: "web a" is no process/],
    [["-x-: a"], ["x"], /^Procfile:1: -x- is called x here/],
    [["release: a", "web: b"], ["release", "web"], /^Procfile:1: release is run once/],
  ])("%j says what differs", (lines, names, remark) => {
    const found = convert(lines);
    expect(Object.keys(found.tasks)).toEqual(names);
    expect(found.remarks).toEqual([expect.stringMatching(remark)]);
  });
});
