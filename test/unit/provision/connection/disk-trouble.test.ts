import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DISK_SCRIPT, judgeDisks } from "../../../../provision/connection/disk-trouble.ts";

interface Disk {
  type?: string;
  options?: string;
  /** KiB */
  free?: number;
  inodes?: number;
}

/** What the script prints on a host with these file systems. */
function output(disks: Record<string, Disk>): string {
  const entries = Object.entries(disks);
  const mounts = entries.map(
    ([place, { type = "ext4", options = "rw,relatime" }]) =>
      `/dev/vda1 ${place.replaceAll(" ", "\\040")} ${type} ${options} 0 0\n`,
  );
  const space = entries.map(
    ([place, { free = 5_000_000 }]) => `/dev/vda1 9000000 4000000 ${free} 44% ${place}\n`,
  );
  const inodes = entries.map(([place, { inodes = 9 }]) => `/dev/vda1 600 591 ${inodes} 99% ${place}\n`);
  const head = "Filesystem blocks Used Available Capacity Mounted on\n";
  return `${mounts.join("")}--- space\n${head}${space.join("")}--- inodes\n${head}${inodes.join("")}`;
}

test.each<[string, Record<string, Disk>, string | undefined]>([
  ["room everywhere", { "/": {}, "/var": {} }, undefined],
  ["a full root", { "/": { free: 0 } }, "no space is left on /:"],
  ["a root of containers", { "/": { type: "overlay", free: 12 } }, "no space is left on /:"],
  ["a full disk below", { "/": {}, "/srv/my data": { free: 1000 } }, "no space is left on /srv/my data:"],
  ["some room", { "/": { free: 1024 } }, undefined],
  ["what is full by nature", { "/": {}, "/snap/core": { type: "squashfs", free: 0 } }, undefined],
  ["a CD", { "/": {}, "/mnt": { type: "iso9660", options: "ro", free: 0 } }, undefined],
  [
    "a layer of a container",
    { "/": {}, "/var/lib/docker/overlay2/x": { type: "overlay", free: 0 } },
    undefined,
  ],
  ["no inodes", { "/": {}, "/var": { inodes: 0 } }, "/var can hold no more files"],
  ["a read-only root", { "/": { options: "ro,relatime" } }, "/ is mounted read-only"],
  [
    "a read-only /var",
    { "/": {}, "/var": { options: "ro" }, "/srv": { free: 0 } },
    "/var is mounted read-only",
  ],
  ["a read-only place that nobody writes to", { "/": {}, "/mnt": { options: "ro,noexec" } }, undefined],
])("%s", (_title, disks, hint) => {
  const trouble = judgeDisks(output(disks));
  if (hint === undefined) expect(trouble).toBeUndefined();
  else expect(trouble?.hint).toContain(hint);
});

test("what is mounted over another counts, not what it hides", () => {
  const twice = `/dev/a /var ext4 ro 0 0\n/dev/b /var ext4 rw 0 0\n${output({ "/": {} })}`;
  expect(judgeDisks(twice)).toBeUndefined();
});

test("the script's own output on this machine is read without an error", () => {
  const printed = execFileSync("sh", ["-c", DISK_SCRIPT], { encoding: "utf8" });
  expect(printed.match(/^--- /gm)).toHaveLength(2);
  judgeDisks(printed);
});

test("no text makes it fail", () => {
  fc.assert(fc.property(fc.string(), (text) => void judgeDisks(text)));
});
