import { expect, test } from "vitest";
import { resumeCommand } from "../../../../provision/fleet/resume.ts";

test.each([
  [["provision"], "longshore provision --limit web1,web2"],
  [
    ["-i", "my hosts.ini", "deploy", "-l", "web", "--json"],
    "longshore -i 'my hosts.ini' deploy --json --limit web1,web2",
  ],
  [["up", "--limit=web:!web3", "--forks", "2"], "longshore up --forks 2 --limit web1,web2"],
  [["up", "-lweb"], "longshore up --limit web1,web2"],
  [["up", "--limit", "@retry"], "longshore up --limit web1,web2"],
])("%j", (args, command) => {
  expect(resumeCommand(args, ["web1", "web2"])).toBe(command);
});
