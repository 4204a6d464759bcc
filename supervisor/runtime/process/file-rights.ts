import type { LibraryHandle } from "koffi";

/** Whose rights to files are meant. */
export interface FileRights {
  readonly uid: number;
  readonly gid: number;
  /** supplementary groups; those of this process where they are left out */
  readonly groups?: readonly number[];
}

/** Does what is done at once, with no promise, with the rights that somebody has to files. */
export type WithFileRights = <T>(whose: FileRights, act: () => T) => T;

/** setgroups(2) by its number: the C library's own changes all threads. Elsewhere the groups stay as they are. */
const setgroupsNumbers: Readonly<Partial<Record<NodeJS.Architecture, number>>> = {
  x64: 116,
  arm64: 159,
  riscv64: 159,
  loong64: 159,
  arm: 206,
  ia32: 206,
  s390x: 206,
  ppc64: 81,
};
const mostGroups = 65_536;
const idSize = 4;

/** These rights are of one thread alone (setfsuid(2), credentials(7)), and JavaScript keeps to its own. */
export function loadFileRights(libc: LibraryHandle): WithFileRights {
  const setfsuid = libc.func("int setfsuid(uint32_t uid)");
  const setfsgid = libc.func("int setfsgid(uint32_t gid)");
  const getgroups = libc.func("int getgroups(int size, void *list)");
  const syscall = libc.func("long syscall(long number, ...)");
  const number = setgroupsNumbers[process.arch];
  const setGroups = (ids: Buffer): void => {
    if (number !== undefined) syscall(number, "size_t", ids.length / idSize, "void *", ids);
  };
  return ({ uid, gid, groups }, act) => {
    const ownGroups = groups === undefined ? undefined : readGroups(getgroups);
    if (groups !== undefined) setGroups(encodeGroups(groups));
    const ownGid = setfsgid(gid);
    const ownUid = setfsuid(uid);
    try {
      return act();
    } finally {
      setfsuid(ownUid);
      setfsgid(ownGid);
      if (ownGroups !== undefined) setGroups(ownGroups);
    }
  };
}

function readGroups(getgroups: (size: number, list: Buffer | null) => number): Buffer {
  const list = Buffer.alloc(Math.min(getgroups(0, null), mostGroups) * idSize);
  getgroups(list.length / idSize, list);
  return list;
}

function encodeGroups(groups: readonly number[]): Buffer {
  return Buffer.from(Uint32Array.from(groups).buffer);
}
