import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import pkg from "../../../../package.json" with { type: "json" };
import { spawnLongshore } from "./longshore.ts";

describe("the built program", { timeout: 60_000 }, () => {
  test.concurrent("answers", async () => {
    expect(await spawnLongshore(["--version"])).toEqual({ code: 0, stdout: `${pkg.version}\n`, stderr: "" });
  });

  test.concurrent("ends with the code and the error that it found", async () => {
    expect(await spawnLongshore(["deploy", "--stack", "compose/blog"])).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "longshore: cannot read compose/blog/compose.yaml: ENOENT\n  name the stack's folder with --stack DIR\n",
    });
  });

  test.concurrent("finds the supervisor's programs beside it, and ends though a host was asked", async () => {
    const { code, stdout, stderr } = await spawnLongshore(["deploy", "--json"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      hosts: [{ host: "web1", status: "unreachable", stack: "site" }],
    });
  });

  test.concurrent("uses colours as NO_COLOR and FORCE_COLOR say", async () => {
    const [plain, forced, never] = await Promise.all([
      spawnLongshore(["status"]),
      spawnLongshore(["status"], { env: { FORCE_COLOR: "1" } }),
      spawnLongshore(["status"], { env: { NO_COLOR: "1" } }),
    ]);
    expect(forced.stdout).toContain("\u001b[31munreachable");
    expect(stripVTControlCharacters(forced.stdout)).toBe(plain.stdout);
    expect(never.stdout).toBe(plain.stdout);
  });

  test.concurrent.each([
    ["a disk that is full", '"$@" > /dev/full', 1, "longshore: cannot write the output (ENOSPC)\n"],
    // bash: its status is that of the first command that fails
    ["a reader that has enough", 'set -o pipefail; "$@" | true', 0, ""],
  ])("ends in order at %s", async (_, script, code, stderr) => {
    const hosts = Array.from({ length: 3_000 }, (_, index) => `host${index}\n`).join("");
    const result = await spawnLongshore(["inventory", "--list"], {
      files: { "inventory.ini": hosts },
      via: ["bash", "-c", script, "bash"],
    });
    expect(result).toMatchObject({ code, stderr });
  });
});
