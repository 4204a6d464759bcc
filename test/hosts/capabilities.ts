import { readFileSync } from "node:fs";

// linux/capability.h, in the order of their bits. PERFMON, BPF and CHECKPOINT_RESTORE follow: old engines don't know them.
const NAMES = `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
  NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE
  SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL
  SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ`.split(/\s+/);

const NEVER = new Set(["MAC_OVERRIDE", "MAC_ADMIN"]);

/**
 * The capabilities that a container which behaves as a machine gets: every one this machine has to give.
 * `--privileged` would ask for all there are, and fails where the machine itself lacks one.
 */
export function machineCapabilities(bounding: bigint = readBoundingSet()): string[] {
  return NAMES.filter((name, bit) => !NEVER.has(name) && (bounding & (1n << BigInt(bit))) !== 0n);
}

/** CapBnd of PID 1, in whose set the engine's is contained. */
function readBoundingSet(): bigint {
  const hex = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/1/status", "utf8"))?.[1];
  if (hex === undefined) throw new Error("cannot find CapBnd in /proc/1/status");
  return BigInt(`0x${hex}`);
}
