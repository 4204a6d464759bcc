import { expect, it } from "vitest";
import { renderTable } from "../../../../supervisor/ctl/plain-table.ts";

it("aligns columns by what is seen, and leaves nothing at the ends of lines", () => {
  const rows = [
    ["web", "\u001b[32mrunning\u001b[39m", "1", ""],
    ["worker_1", "exited", "-", "exit code 1"],
  ];
  expect(renderTable(["NAME", "STATE", "PID", ""], rows)).toBe(
    [
      "NAME      STATE    PID",
      "web       \u001b[32mrunning\u001b[39m  1",
      "worker_1  exited   -    exit code 1",
    ].join("\n"),
  );
});

it("is quick for a thousand rows", () => {
  const rows = Array.from({ length: 1_000 }, (_, index) => [`t${index}`, "running", String(index)]);
  const start = performance.now();
  renderTable(["NAME", "STATE", "PID"], rows);
  expect(performance.now() - start).toBeLessThan(500);
});
