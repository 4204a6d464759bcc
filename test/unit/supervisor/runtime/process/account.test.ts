import { describe, expect, it } from "vitest";
import { findAccount } from "../../../../../supervisor/runtime/process/account.ts";

const cut = (lines: readonly string[]) => lines.map((line) => line.split(":"));
const tables = {
  users: cut(["root:x:0:0:root:/root:/bin/sh", "web:x:33:33:web:/var/www:/bin/sh"]),
  groups: cut(["root:x:0:", "web:x:33:", "docker:x:999:web", "log:x:4:admin,web", "empty:x:5:"]),
};

describe("an account", () => {
  it("has its own group, and the groups that list it", () => {
    expect(findAccount("web", tables)).toEqual({
      uid: 33,
      gid: 33,
      groups: [999, 4],
      name: "web",
      home: "/var/www",
      shell: "/bin/sh",
    });
    expect(findAccount("33", tables)).toEqual(findAccount("web", tables));
  });

  it("has the group alone that is named beside it", () => {
    expect(findAccount("web:log", tables)).toMatchObject({ uid: 33, gid: 4, groups: [] });
  });

  it("may be a number that nobody knows, and is in no group then", () => {
    expect(findAccount("12345", tables)).toMatchObject({ uid: 12345, gid: 12345, groups: [] });
    expect(findAccount("12345:54321", { users: [], groups: [] })).toMatchObject({ uid: 12345, gid: 54321 });
  });

  it.each(["4294967295", "4294967296", "33:4294967295", "-1", "00", "0x21", "33:", ""])(
    "is never %j",
    (user) => {
      expect(() => findAccount(user, tables)).toThrow(/is no (id|user)/);
    },
  );

  it("is none where the tables hold what the kernel would take for root", () => {
    const users = cut([
      "odd:x:4294967295:33::/:/bin/sh",
      "group:x:33:4294967296::/:/bin/sh",
      "less:x:-2:33::/:/x",
    ]);
    for (const user of ["odd", "group", "less"])
      expect(() => findAccount(user, { users, groups: [] })).toThrow("is no id of a user or group");
  });

  it("must be there if it is a name", () => {
    expect(() => findAccount("www", tables)).toThrow("cannot run as www: no user www");
    expect(() => findAccount("web:www", tables)).toThrow("cannot run as web:www: no group www");
  });
});
