import { expect, test } from "vitest";
import { listCgroupFolders } from "../../../../../../supervisor/runtime/process/cgroup/delegation.ts";

const mount = (root: string, point: string, type = "cgroup2"): string =>
  `41 31 0:38 ${root} ${point} rw,relatime shared:9 - ${type} ${type} rw`;

test.each([
  ["the only hierarchy", "0::/a/b", [mount("/", "/sys/fs/cgroup")], ["/sys/fs/cgroup/a/b"]],
  ["beside version 1", "4:memory:/x\n0::/a", [mount("/", "/v1", "cgroup"), mount("/", "/v2")], ["/v2/a"]],
  ["a namespace of its own", "0::/", [mount("/", "/sys/fs/cgroup")], ["/sys/fs/cgroup/"]],
  ["a mount of a part", "0::/a/b", [mount("/a", "/part")], ["/part/b"]],
  ["a mount of just it", "0::/a", [mount("/a", "/part")], ["/part"]],
  ["a mount of something else", "0::/ab", [mount("/a", "/part")], []],
  ["several mounts", "0::/a", [mount("/", "/one"), mount("/", "/two")], ["/one/a", "/two/a"]],
  ["a blank in the path", "0::/a", [mount("/", "/my\\040groups")], ["/my groups/a"]],
  ["outside of the namespace", "0::/../a", [mount("/", "/sys/fs/cgroup")], []],
  ["version 1 alone", "4:memory:/x", [mount("/", "/v1", "cgroup")], []],
  ["nothing to be read", "", [], []],
])("finds the cgroup: %s", (_, membership, mounts, expected) => {
  expect(listCgroupFolders(`${membership}\n`, `${mounts.join("\n")}\n`)).toEqual(expected);
});
