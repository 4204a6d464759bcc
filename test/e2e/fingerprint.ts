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

// Asks the engine's socket, and prints each answer on a line: six starts of `docker` would take longer than all the rest.
const ENGINE = `
use IO::Socket::UNIX;
sub get {
  my $socket = IO::Socket::UNIX->new(Peer => "/var/run/docker.sock") or exit;
  print $socket "GET $_[0] HTTP/1.0\\r\\n\\r\\n";
  local $/;
  my ($head, $body) = split /\\r\\n\\r\\n/, <$socket>, 2;
  $head =~ m{^HTTP/1.. 200} or die "$_[0]: $head";
  $body =~ s/\\s+$//;
  return $body;
}
my $containers = get("/containers/json?all=1");
print "engine container ", get("/containers/$_/json"), "\\n" for $containers =~ /"Id":"(\\w+)"/g;
print "engine image ", get("/images/json"), "\\n";
print "engine volume ", get("/volumes"), "\\n";
print "engine network ", get("/networks"), "\\n";
`;

const SCRIPT = `
set -u
find /etc /opt /usr /home /root /var/lib ${NOISE.map((path) => `-path ${path} -prune`).join(" -o ")} \
  -o -printf '%y %m %u %s %T@ %p\\n' | sort -k 6
perl -e "$0"
sysctl net.ipv4.tcp_migrate_req`;

/**
 * Everything on a host that a command of ours could have changed, a line each: files with their times, containers with
 * theirs, images, volumes, networks. Two of these are equal when nothing was touched in between.
 */
export async function fingerprint(host: TestHost): Promise<string[]> {
  const lines = (await host.exec(["sh", "-c", SCRIPT, ENGINE])).split("\n");
  return lines.flatMap((line) => {
    const [, kind, answer] = /^engine (\w+) (.*)$/.exec(line) ?? [];
    return kind === undefined || answer === undefined
      ? [line]
      : describeAnswer(kind, JSON.parse(answer)).sort();
  });
}

/** Lines of what the engine answered: it lists in no particular order. */
// biome-ignore lint/suspicious/noExplicitAny: Docker's API, of any version
function describeAnswer(kind: string, answer: any): string[] {
  if (kind === "container") {
    const { Status, StartedAt } = answer.State;
    return [`container ${answer.Id} ${answer.Name} ${Status} ${StartedAt}`];
  }
  if (kind === "volume") return (answer.Volumes ?? []).map(({ Name }: { Name: string }) => `volume ${Name}`);
  if (kind === "network")
    return answer.map(({ Id, Name }: Record<string, string>) => `network ${Id} ${Name}`);
  return answer.map(({ Id, RepoTags }: Record<string, string>) => `image ${Id} ${RepoTags}`);
}

/** The lines of two fingerprints that differ, `-` before and `+` after. */
export function changesBetween(before: readonly string[], after: readonly string[]): string[] {
  const [old, now] = [new Set(before), new Set(after)];
  return [
    ...before.filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}
