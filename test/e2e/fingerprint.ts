import type { TestHost } from "../hosts/test-host.ts";

// What a machine writes by itself as time passes, and what a login leaves.
const NOISE = [
  "/var/lib/systemd",
  "/var/lib/sudo",
  "/var/lib/docker",
  "/var/lib/containerd",
  "/var/lib/private",
  "/var/lib/fail2ban",
  "/root/.npm",
];

const SCRIPT = `
set -u
find /etc /opt /usr /home /root /var/lib ${NOISE.map((path) => `-path ${path} -prune`).join(" -o ")} \
  -o -printf '%y %m %u %s %T@ %p\\n' | sort -k 6
if command -v docker >/dev/null && docker version >/dev/null 2>&1; then
  docker ps --all --no-trunc --format 'container {{.ID}} {{.State}} {{.Names}}' | sort
  for id in $(docker ps --all --quiet); do docker inspect --format 'started {{.Id}} {{.State.StartedAt}}' "$id"; done | sort
  docker image ls --no-trunc --format 'image {{.ID}} {{.Repository}}:{{.Tag}}' | sort
  docker volume ls --format 'volume {{.Name}}' | sort
  docker network ls --no-trunc --format 'network {{.ID}} {{.Name}}' | sort
fi
sysctl net.ipv4.tcp_migrate_req`;

/**
 * Everything on a host that a command of ours could have changed, a line each: files with their times, containers with
 * theirs, images, volumes, networks. Two of these are equal when nothing was touched in between.
 */
export async function fingerprint(host: TestHost): Promise<string[]> {
  return (await host.exec(["sh", "-c", SCRIPT])).split("\n");
}

/** The lines of two fingerprints that differ, `-` before and `+` after. */
export function changesBetween(before: readonly string[], after: readonly string[]): string[] {
  const [old, now] = [new Set(before), new Set(after)];
  return [
    ...before.filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}
