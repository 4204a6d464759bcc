import { expect, test } from "vitest";
import { findNoRoom } from "../../../../../provision/host/apt/apt-room.ts";

const RECORDS = `Package: docker.io
Version: 26.1.5
Installed-Size: 94208
Architecture: amd64
Size: 20971520
Package: tzdata
Version: 1:2025b
Installed-Size: 1024
Architecture: all
Size: 524288
`;
const NEW = [{ name: "docker.io", to: "26.1.5" }];
const places = (...lines: string[]) => `${RECORDS}--- archives\npartial\n--- places\n${lines.join("\n")}\n`;

test.each([
  [
    "one disk with room for both",
    places("rw /usr 200000 9000 10000 /", "rw /var/cache/apt/archives 200000 9000 10000 /"),
  ],
  ["a file system without a table of inodes", places("rw /usr 200000 0 0 /", "rw /var/lib/dpkg 10 - - /var")],
  ["nothing that could be read", ""],
])("nothing speaks against it: %s", (_title, output) => {
  expect(findNoRoom("install docker.io", NEW, output)).toBeUndefined();
});

test.each([
  [
    "too little for the archives and the files of one disk together",
    places("rw /usr 110000 9000 10000 /", "rw /var/cache/apt/archives 110000 9000 10000 /"),
    "no_space",
    "cannot install docker.io: it takes 112 MB on /, and 107 MB are free there",
  ],
  [
    "a small disk for the archives",
    places("rw /usr 900000 9000 10000 /", "rw /var/cache/apt/archives 3072 90 100 /var/cache/apt/archives"),
    "no_space",
    "it takes 20 MB on /var/cache/apt/archives, and 3.0 MB are free there",
  ],
  [
    "no inodes",
    places("rw /usr 900000 9000 10000 /", "rw /var/lib/dpkg 900000 1 10000 /var"),
    "no_space",
    "it takes about 10 files on /var, which can hold 1 more",
  ],
  ["a read-only /usr", places("ro /usr 900000 9000 10000 /usr"), "read_only", "/usr cannot be written to"],
])("refused: %s", (_title, output, code, words) => {
  const error = findNoRoom("install docker.io", NEW, output);
  expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
  expect(error?.hint).toMatch(/make room|remove some|remount/);
});

test("an upgrade counts with its archive only, and not where that is there already", () => {
  const upgrade = [{ name: "tzdata", from: "1:2025a", to: "1:2025b" }];
  const full = places("rw /usr 0 9000 10000 /usr", "rw /var/cache/apt/archives 100 90 100 /var");
  expect(findNoRoom("install tzdata", upgrade, full)?.message).toContain("takes 0.5 MB on /var");
  const cached = full.replace("partial", "tzdata_1%3a2025b_all.deb");
  expect(findNoRoom("install tzdata", upgrade, cached)).toBeUndefined();
});
