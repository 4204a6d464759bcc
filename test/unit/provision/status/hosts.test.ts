import { expect, test } from "vitest";
import * as z from "zod";
import { HostStatus } from "../../../../provision/status/host-status.ts";
import { longshore } from "../cli/longshore.ts";

// Port 1 of this machine: nobody listens there, and the answer comes at once.
const UNREACHABLE = { code: "ssh_refused", message: expect.stringContaining("web1 (") };

test("status: a host that is not there is told, with the way out and exit code 1", async () => {
  const { code, stdout, stderr } = await longshore(["status"]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(stdout).toMatch(
    /^web1 {2}unreachable\n {2}cannot connect to web1 \(.*:1\): connection refused\n {2}nothing listens on port 1/,
  );
});

test("status --json is JSON of the documented shape, and nothing else", async () => {
  const { code, stdout, stderr } = await longshore(["status", "--json"]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  const { hosts } = z.strictObject({ hosts: z.array(HostStatus) }).parse(JSON.parse(stdout));
  expect(hosts).toEqual([
    {
      host: "web1",
      status: "unreachable",
      containers: [],
      problems: [],
      error: expect.objectContaining(UNREACHABLE),
    },
  ]);
});

test.each([["provision"], ["deploy"], ["down", "--yes"], ["up"]])(
  "%s %s --json: the same for what was done",
  async (...command) => {
    const { code, stdout, stderr } = await longshore([...command, "--json"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      hosts: [
        expect.objectContaining({
          host: "web1",
          status: "unreachable",
          changes: [],
          error: expect.objectContaining({ step: "connect", ...UNREACHABLE }),
        }),
      ],
    });
  },
);

test.each([["provision"], ["deploy"], ["down", "--yes"]])(
  "%s %s: plain lines and a summary without a terminal",
  async (...command) => {
    const { code, stdout, stderr } = await longshore(command);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(
      /^web1 \| unreachable\n\nweb1 {2}unreachable .* s\n {2}connect: cannot connect to web1/,
    );
    expect(stdout).toMatch(new RegExp(`: longshore .*${command.join(" ")} --limit web1\n$`));
  },
);

test.each([["deploy"], ["deploy", "--json"], ["deploy", "--debug"]])(
  "%s %s: a secret's value is nowhere",
  async (...args) => {
    const { stdout, stderr } = await longshore(args, { files: { "secrets/.env": "TOKEN=hush-hush\n" } });
    expect(stdout + stderr).not.toContain("hush-hush");
  },
);

test.each([[["down"]], [["down", "--volumes", "--limit", "web1"]], [["down", "--json"]]])(
  "%j without a terminal wants --yes, and asks no host",
  async (args) => {
    const { code, stdout, stderr } = await longshore(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("nothing was removed");
    expect(stderr).toContain(`write: longshore ${args.join(" ")} --yes`);
  },
);
