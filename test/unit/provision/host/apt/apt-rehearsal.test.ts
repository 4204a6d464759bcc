import { expect, test } from "vitest";
import { tryApt } from "../../../../../provision/host/apt/apt.ts";
import { withRehearsal } from "../../../../../provision/host/apt/apt-rehearsal.ts";
import { recordCommands } from "../../connection/recording-connection.ts";

test("apt's words name the host's own files, not the copies that are gone when they are read", async () => {
  const copies = "/var/tmp/longshore-apt.Ab12Cd";
  const words = [
    `E: Malformed entry 1 in list file ${copies}/etc/sources.list.d/x.list (Suite)`,
    `E: ${copies}/lists/partial is missing, and ${copies}/cache/archives too`,
  ];
  const connection = recordCommands(({ argv }) =>
    argv.includes("apt-get")
      ? { code: 100, stderr: words.join("\n"), output: words[0] }
      : { stdout: `${copies}\n` },
  );
  const lines: string[] = [];
  const context = { connection, progress: (line: string) => lines.push(line), tell: () => {} };
  const { stderr } = await withRehearsal(context, (apt) => tryApt(apt, ["apt-get", "update"]));
  expect(stderr).toBe(
    "E: Malformed entry 1 in list file /etc/apt/sources.list.d/x.list (Suite)\n" +
      "E: /var/lib/apt/lists/partial is missing, and /var/cache/apt/archives too",
  );
  expect(lines).toEqual(["E: Malformed entry 1 in list file /etc/apt/sources.list.d/x.list (Suite)"]);
  expect(connection.commands.at(-1)?.text).toBe(copies);
});
