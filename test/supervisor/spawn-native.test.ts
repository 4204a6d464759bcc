import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadNative } from "../../supervisor/runtime/process/native.ts";
import { testSpawn } from "./spawn-cases.ts";

const load = () =>
  loadNative((reason) => {
    throw new Error(reason);
  });

describe("posix_spawn", () => {
  const run = testSpawn(load);

  describe.skipIf(process.getuid?.() !== 0)("as root", () => {
    let folder = "";
    const make = (name: string, mode: number, uid: number, gid: number): void => {
      mkdirSync(`${folder}/${name}`);
      chownSync(`${folder}/${name}`, uid, gid);
      chmodSync(`${folder}/${name}`, mode);
    };
    beforeAll(() => {
      folder = mkdtempSync(`${tmpdir()}/longshore-folders-`);
      chmodSync(folder, 0o755);
      make("own", 0o700, 12_345, 12_345);
      make("group", 0o710, 0, 54_321);
      make("closed", 0o700, 54_321, 54_321);
      make("closed/open", 0o777, 0, 0);
      symlinkSync("closed", `${folder}/link`);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it.each([
      ["its own", "12345", "own", "stdout"],
      ["one that its group may enter", "12345:54321", "group", "stdout"],
      ["another user's", "12345", "closed", "error"],
      ["one below another user's", "12345", "closed/open", "error"],
      ["a link to another user's", "12345", "link", "error"],
      ["one of a group that it does not have", "12345", "group", "error"],
      ["another user's, for root", undefined, "link", "stdout"],
    ])("enters a folder with the rights of the task's user: %s", async (_, user, name, what) => {
      const working_dir = `${folder}/${name}`;
      const outcome = await run({
        command: ["/bin/pwd", "-L"],
        environment: { PWD: working_dir },
        user,
        working_dir,
      });
      if (what === "stdout") expect(outcome).toMatchObject({ code: 0, stdout: `${working_dir}\n` });
      else
        expect(outcome.error).toBe(
          `cannot run /bin/pwd: user ${user} may not enter its working directory ${working_dir} (EACCES)`,
        );
    });

    it("has somebody's rights with their groups, and its own ones afterwards", async () => {
      const native = await load();
      const look = () => statSync(`${folder}/group/.`).isDirectory();
      const groups = process.getgroups?.();
      expect(native?.withFileRights({ uid: 12_345, gid: 12_345, groups: [54_321] }, look)).toBe(true);
      expect(() => native?.withFileRights({ uid: 12_345, gid: 12_345, groups: [] }, look)).toThrow("EACCES");
      expect(process.getgroups?.()).toEqual(groups);
      expect(statSync(`${folder}/closed/open/.`).isDirectory()).toBe(true);
    });
  });
});
