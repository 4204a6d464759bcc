import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFacts } from "../../../../../provision/host/facts/parse.ts";
import { makeTask, printContainer, supervisor } from "../../engine/example-container.ts";

const base64 = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64");

const HASH = "a".repeat(64);

test("a provisioned host without a stack", () => {
  const output = `os.id=debian
os.versionId=13
os.codename=trixie
os.prettyName=Debian GNU/Linux 13 (trixie)
architecture=amd64
init=systemd
loginUser=admin
groups=admin sudo docker
package.docker.io=26.1.5+dfsg1-9+b7
package.docker-compose=2.26.1-4
heldPackage=docker.io
candidate.docker.io=26.1.6
docker.config=${base64('{"live-restore":true}')}
docker.installed=yes
docker.client=yes
docker.info="26.1.5" "inactive" true 2 1
docker.composeVersion=2.26.1
docker.enabled=enabled
sysctl.net.ipv4.tcp_migrate_req=1
sysctlWritable.net.ipv4.tcp_migrate_req=yes
file./etc/sysctl.d/60-longshore.conf=${base64("a = 1\n")}
directory./opt/longshore=root 755
unit.fail2ban=enabled active
unit.chrony=not-found inactive
unit.ntpsec=masked inactive
unit.longshore-firewall=enabled failed
sshd.port=22
sshd.port=2222
sshd.permitrootlogin=without-password
sshPort=2222
swapBytes=1073741824
unsettled=firewall
unsettled=ssh-hardening
firewallLoaded=yes
`;
  expect(parseFacts(output)).toEqual({
    os: { id: "debian", versionId: "13", codename: "trixie", prettyName: "Debian GNU/Linux 13 (trixie)" },
    architecture: "amd64",
    init: "systemd",
    loginUser: "admin",
    groups: ["admin", "sudo", "docker"],
    packages: { "docker.io": "26.1.5+dfsg1-9+b7", "docker-compose": "2.26.1-4" },
    heldPackages: ["docker.io"],
    brokenPackages: [],
    dpkgInterrupted: false,
    candidates: { "docker.io": "26.1.6" },
    firstBoot: false,
    docker: {
      installed: true,
      client: true,
      snap: false,
      serverVersion: "26.1.5",
      hung: false,
      composeVersion: "2.26.1",
      byHand: false,
      enabled: true,
      configFile: "/etc/docker/daemon.json",
      configTarget: undefined,
      config: '{"live-restore":true}',
      configIsNewer: false,
      swarm: false,
      liveRestore: true,
      containerCount: 3,
      containers: [],
      arguments: undefined,
      maskedUnits: [],
    },
    sysctl: { "net.ipv4.tcp_migrate_req": { value: "1", writable: true } },
    files: { "/etc/sysctl.d/60-longshore.conf": "a = 1\n" },
    directories: { "/opt/longshore": "root 755" },
    units: {
      fail2ban: { enabled: true, active: true, masked: false },
      chrony: { enabled: false, active: false, masked: false },
      ntpsec: { enabled: false, active: false, masked: true },
      "longshore-firewall": { enabled: true, active: false, masked: false },
    },
    swapBytes: 1_073_741_824,
    sshd: { port: ["22", "2222"], permitrootlogin: ["without-password"] },
    sshPort: 2222,
    unsettled: ["firewall", "ssh-hardening"],
    firewallLoaded: true,
    stack: undefined,
  });
});

test("a bare host", () => {
  const facts = parseFacts("os.id=ubuntu\ninit=none\nloginUser=root\ngroups=root\nbrokenPackage=docker.io\n");
  expect(facts).toMatchObject({
    init: "none",
    packages: {},
    brokenPackages: ["docker.io"],
    docker: {
      installed: false,
      serverVersion: undefined,
      composeVersion: undefined,
      enabled: false,
      swarm: false,
    },
    heldPackages: [],
    firstBoot: false,
    sysctl: {},
    files: {},
    units: {},
    sshd: {},
    sshPort: undefined,
  });
});

test.each(["disabled", "masked", "static", ""])("a service that is %j is not enabled", (state) => {
  expect(parseFacts(`docker.enabled=${state}`).docker.enabled).toBe(false);
});

test("an engine that does not answer has no version", () => {
  const { docker } = parseFacts("docker.installed=yes\ndocker.info=\ndocker.composeVersion=\n");
  expect(docker).toMatchObject({ installed: true, serverVersion: undefined, composeVersion: undefined });
});

test("an engine that takes connections and does not answer is hung", () => {
  expect(parseFacts("docker.info=\ndocker.hung=yes\n").docker).toMatchObject({
    hung: true,
    serverVersion: undefined,
  });
});

test.each([
  ['"29.1" "inactive" false 0 0', "yes", false],
  ['"29.1" "" false 0 0', "yes", false],
  ['"29.1" null false 0 0', "yes", false],
  ['"29.1" "active" false 0 0', "no", true],
  ['"29.1" "locked" false 0 0', "no", true],
  ['"29.1" "error" false 0 0', "no", true],
  ["", "yes", true],
  ["", "no", false],
])(
  "a member of a swarm, by the engine (%s), and by its folder (%s) only where it is silent",
  (info, folder, swarm) => {
    expect(parseFacts(`docker.info=${info}\ndocker.swarmState=${folder}\n`).docker.swarm).toBe(swarm);
  },
);

describe("the engine's unit", () => {
  const read = (properties: string, environment = "") =>
    parseFacts(
      `docker.units=${base64(`${properties}\n\nId=docker.socket\nLoadState=masked\n`)}\ndocker.environment=${base64(environment)}\n`,
    ).docker;
  const start = (line: string) =>
    `Id=docker.service\nLoadState=loaded\nUnitFileState=enabled\nEnvironment=MORE=--debug "TWO=a b"\nExecStart={ path=/usr/sbin/dockerd ; argv[]=${line} ; ignore_errors=no ; start_time=[n/a] }`;

  test.each([
    ["/usr/sbin/dockerd -H fd://", "", ["-H", "fd://"]],
    ["/usr/sbin/dockerd -H fd:// $DOCKER_OPTS", "# a comment\nDOCKER_OPTS=\n", ["-H", "fd://"]],
    [
      "/usr/sbin/dockerd $DOCKER_OPTS $MORE",
      'DOCKER_OPTS="--log-driver journald -D"',
      ["--log-driver", "journald", "-D", "--debug"],
    ],
    ["/usr/sbin/dockerd --label=${TWO} $MISSING", "", ["--label=a b"]],
  ])("%s", (line, environment, args) => {
    expect(read(start(line), environment)).toMatchObject({
      enabled: true,
      arguments: args,
      maskedUnits: ["docker.socket"],
    });
  });

  test("that is not there", () => {
    expect(read("Id=docker.service\nLoadState=not-found\nUnitFileState=").arguments).toBeUndefined();
  });
});

test("a deployed stack", () => {
  const services = { web: { replicas: 1, supervisor: true } };
  const output = `stack=site
stack.current=3f2a9c01d4e5
stack.wanted=${base64({ services })}
stack.history=${base64('[{"release":"3f2a9c01d4e5"}]\n')}
stack.file=${HASH} config/tasks.yaml
stack.file=${HASH} secrets/.env
stack.file=${HASH} current/compose.yaml
stack.file=${HASH} current//.env
stack.file=${HASH} ./config/a file
now=2026-01-01T01:00:00.123456789Z
${printContainer({}, { status: supervisor([makeTask("app")]) })}`;
  expect(parseFacts(output).stack).toMatchObject({
    current: "3f2a9c01d4e5",
    history: '[{"release":"3f2a9c01d4e5"}]\n',
    files: {
      "config/tasks.yaml": HASH,
      "secrets/.env": HASH,
      "current/compose.yaml": HASH,
      "current/.env": HASH,
      "config/a file": HASH,
    },
    wanted: services,
    view: {
      now: new Date("2026-01-01T01:00:00.123Z"),
      containers: [{ service: "web", state: "running", health: "healthy", tasks: [{ name: "app" }] }],
    },
  });
});

test("a stack that was never deployed", () => {
  expect(parseFacts("stack=site\n").stack).toMatchObject({
    current: undefined,
    files: {},
    view: { containers: [], noEngine: false },
    wanted: undefined,
    history: "",
  });
});

test("no output makes the reader fail; noise changes nothing", () => {
  const good = "os.id=debian\nstack=site\nstack.current=abc";
  fc.assert(
    fc.property(fc.array(fc.string().filter((line) => !/^(os|stack)/.test(line))), (lines) => {
      const facts = parseFacts([good, ...lines].join("\n"));
      expect(facts.os.id).toBe("debian");
      expect(facts.stack?.current).toBe("abc");
    }),
  );
});
