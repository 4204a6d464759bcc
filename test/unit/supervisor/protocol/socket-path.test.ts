import { expect, it } from "vitest";
import { findAddressFault } from "../../../../supervisor/config/task/probe-target.ts";
import { ControlClient } from "../../../../supervisor/ctl/client.ts";
import { requireSocketPath } from "../../../../supervisor/protocol/socket-path.ts";

it("takes as many bytes of a socket's path as the system does", () => {
  for (const path of ["x".repeat(107), `${"ü".repeat(53)}x`, "run/s"])
    expect(requireSocketPath(path)).toBe(path);
  for (const path of ["x".repeat(108), "ü".repeat(54)]) {
    expect(() => requireSocketPath(path)).toThrow("too long: 108 bytes");
    expect(() => new ControlClient(path)).toThrow("too long");
    expect(findAddressFault("http", `http://unix:/${path}:/`)).toContain("too long");
  }
  expect(() => requireSocketPath("")).toThrow("is empty");
});
