import { describe, expect, test } from "vitest";
import type { Facts } from "../../../../provision/host/facts/facts.ts";
import type { Step } from "../../../../provision/host/step.ts";
import { aptPrerequisites } from "../../../../provision/steps/apt-prerequisites.ts";
import { dockerGroup } from "../../../../provision/steps/docker/docker-group.ts";
import { dockerPackages } from "../../../../provision/steps/docker/docker-packages.ts";
import { dockerService } from "../../../../provision/steps/docker/docker-service.ts";
import { sysctlSettings } from "../../../../provision/steps/roles/sysctl.ts";
import { provisionSteps } from "../../../../provision/steps/steps.ts";
import { readWanted } from "../../../../provision/steps/wanted.ts";
import { type RecordedCommand, recordCommands } from "../connection/recording-connection.ts";
import { bareHost, provisionedHost, SYSTEMS } from "../host/facts/host-facts.ts";
import { DOCKERS_KEY, TEST_FINGERPRINT, TEST_KEY } from "./keys.ts";

/** Applies a step on a host that answers as told, and returns what it ran and what it noted. */
async function apply(
  step: Step,
  facts: Facts,
  answer?: Parameters<typeof recordCommands>[0],
  after: Partial<Facts> = {},
) {
  const connection = recordCommands(answer);
  const notes: string[] = [];
  const said: string[] = [];
  const change = step.check(facts);
  if (change === undefined) throw new Error("nothing to change");
  await change.apply({
    connection,
    facts,
    progress: () => {},
    tell: (text) => said.push(text),
    note: (text) => notes.push(text),
    gather: async () => ({ ...facts, ...after }),
    reconnect: async () => recordCommands(answer),
  });
  return { commands: connection.commands, notes, said };
}

/** No source of Docker's is there yet. */
const NO_SOURCE = ({ text }: RecordedCommand) =>
  text === "/etc/apt download.docker.com sources.list.d/docker.sources" ? { code: 1 } : undefined;

const withoutDockersRepository = (command: RecordedCommand) =>
  NO_SOURCE(command) ?? (command.text.includes("download.docker.com/linux") ? { code: 100 } : undefined);

const withKey = (stdout: string) => (command: RecordedCommand) =>
  NO_SOURCE(command) ?? (command.text.endsWith("/gpg") ? { stdout } : undefined);

const withDockersRepository = withKey(DOCKERS_KEY);

/** The packages of every `apt-get install`, in order. */
const installed = (commands: RecordedCommand[]) =>
  commands
    .filter(({ argv }) => argv.includes("install") && !argv.includes("--simulate"))
    .map(({ argv }) => argv.slice(argv.indexOf("--") + 1));

/** The files that were written: path → content. */
const written = (commands: RecordedCommand[]) =>
  Object.fromEntries(commands.filter(({ input }) => input !== "").map(({ argv, input }) => [argv[4], input]));

describe("what apt needs", () => {
  test("certificates: without them Docker's repository cannot be asked", async () => {
    const { commands } = await apply(aptPrerequisites, bareHost("Debian 13", { packages: {} }));
    expect(installed(commands)).toEqual([["ca-certificates"]]);
  });

  test.each<[string, Partial<Facts>]>([
    ["half installed", { brokenPackages: ["docker.io"] }],
    ["cut off", { dpkgInterrupted: true }],
  ])("what dpkg left %s is ended", async (_title, changes) => {
    const { commands } = await apply(aptPrerequisites, provisionedHost("Debian 13", changes));
    expect(commands[0]?.text).toContain("dpkg --force-confdef --force-confold --configure -a");
    expect(commands[1]?.text).toContain("--simulate install --no-install-recommends --fix-broken");
    expect(commands[2]?.text).toContain("install --no-remove --no-install-recommends --fix-broken");
    expect(commands).toHaveLength(3);
  });
});

describe("what dpkg cannot repair by itself", () => {
  const facts = provisionedHost("Debian 13", { brokenPackages: ["needy"] });
  const dpkgWords = "needy depends on hello; however:\n Package hello is not installed.\n";
  const isDpkg = ({ argv }: RecordedCommand) => argv.includes("--configure");

  test("a dependency that is missing is brought by apt", async () => {
    const { commands } = await apply(aptPrerequisites, facts, (command) =>
      isDpkg(command) ? { code: 1, stderr: dpkgWords } : undefined,
    );
    expect(commands.at(-1)?.text).toContain("install --no-remove --no-install-recommends --fix-broken");
  });

  test("where apt would remove the package, it stays, and dpkg's words are shown", async () => {
    const commands: RecordedCommand[] = [];
    const failing = apply(aptPrerequisites, facts, (command) => {
      commands.push(command);
      if (isDpkg(command)) return { code: 1, stderr: dpkgWords };
      return command.argv.includes("--simulate") ? { stdout: "Remv needy [1.0]\n" } : undefined;
    });
    await expect(failing).rejects.toMatchObject({
      code: "packages_refused",
      message: expect.stringMatching(
        /^cannot repair needy: apt would remove needy 1\.0; dpkg says:.*hello; how/s,
      ),
    });
    expect(installed(commands)).toEqual([]);
  });
});

describe("the order of the engine's steps", () => {
  /** What provision does until its engine is there. */
  const steps = () => provisionSteps(readWanted({ name: "web1", vars: {} } as never, { upgrade: false }));
  const stepOf = (list: Step[], id: string) => list.find((step) => step.id === id) as Step;

  test("a refused installation leaves no daemon.json behind", async () => {
    const commands: RecordedCommand[] = [];
    const failing = apply(stepOf(steps(), "docker-config"), bareHost("Debian 13"), (command) => {
      commands.push(command);
      if (command.argv.includes("--simulate")) return { stdout: "Remv kubelet [1.31]\n" };
      return withoutDockersRepository(command);
    });
    await expect(failing).rejects.toMatchObject({ code: "packages_refused" });
    expect(written(commands)).toEqual({});
  });

  test("where it is not refused, apt is asked once for both, and daemon.json is there before the engine", async () => {
    const list = steps();
    const config = await apply(
      stepOf(list, "docker-config"),
      bareHost("Debian 13"),
      withoutDockersRepository,
    );
    expect(Object.keys(written(config.commands))).toEqual(["/etc/docker/daemon.json"]);
    expect(config.commands.filter(({ argv }) => argv.includes("--simulate"))).toHaveLength(1);
    const packages = await apply(stepOf(list, "docker-packages"), bareHost("Debian 13"));
    expect(packages.commands.filter(({ argv }) => argv.includes("--simulate"))).toEqual([]);
    expect(installed(packages.commands)).toEqual([["docker.io", "docker-cli", "iptables", "docker-compose"]]);
  });
});

describe("packages", () => {
  test.each(Object.keys(SYSTEMS))("%s: Docker's own where its repository answers", async (system) => {
    const facts = bareHost(system, { architecture: "arm64" });
    const { commands, notes } = await apply(dockerPackages(), facts, withDockersRepository);
    expect(notes).toEqual(["from Docker's repository"]);
    expect(installed(commands)).toEqual([
      ["docker-ce", "docker-ce-cli", "containerd.io", "docker-buildx-plugin", "docker-compose-plugin"],
    ]);
    expect(written(commands)).toMatchObject({
      "/etc/apt/sources.list.d/docker.sources": `Types: deb
URIs: https://download.docker.com/linux/${facts.os.id}
Suites: ${facts.os.codename}
Components: stable
Architectures: arm64
Signed-By: /etc/apt/keyrings/docker.asc
`,
    });
  });

  test.each([
    ["Debian 12", [["docker.io", "iptables", "docker-compose/trixie"]], "from bookworm"],
    ["Debian 13", [["docker.io", "docker-cli", "iptables", "docker-compose"]], "from trixie"],
    ["Ubuntu 22.04", [["docker.io", "iptables", "docker-compose-v2"]], "from jammy"],
    ["Ubuntu 24.04", [["docker.io", "iptables", "docker-compose-v2"]], "from noble"],
  ])("%s: the distribution's own where it does not", async (system, packages, note) => {
    const { commands, notes } = await apply(dockerPackages(), bareHost(system), withoutDockersRepository);
    expect(notes).toEqual([note]);
    expect(installed(commands)).toEqual(packages);
    expect(written(commands)["/etc/apt/sources.list.d/docker.sources"]).toBeUndefined();
  });

  test("Debian 12 takes Compose, and nothing else, from trixie", async () => {
    const { commands } = await apply(dockerPackages(), bareHost("Debian 12"), withoutDockersRepository);
    const files = written(commands);
    expect(files["/etc/apt/sources.list.d/longshore-trixie.sources"]).toContain("Suites: trixie\n");
    expect(files["/etc/apt/preferences.d/longshore-trixie"]).toBe(`Package: *
Pin: release n=trixie
Pin-Priority: -1

Package: docker-compose
Pin: release n=trixie
Pin-Priority: 50
`);
    // The pin has to be there before the source, or an upgrade in between takes all of trixie.
    expect(Object.keys(files)).toEqual([
      "/etc/apt/preferences.d/longshore-trixie",
      "/etc/apt/sources.list.d/longshore-trixie.sources",
    ]);
  });

  test.each([
    ["docker-ce", ["docker-compose-plugin"]],
    ["docker.io", ["docker-compose"]],
  ])("an engine from %s gets its Compose from the same place", async (name, packages) => {
    const { docker } = provisionedHost("Debian 13");
    const facts = provisionedHost("Debian 13", {
      docker: { ...docker, composeVersion: undefined },
      packages: { [name]: "28" },
    });
    const { commands } = await apply(dockerPackages(), facts);
    expect(installed(commands)).toEqual([packages]);
  });

  test("what belongs to the engine is held in the end", async () => {
    const { commands } = await apply(dockerPackages(), bareHost("Debian 13"));
    expect(commands.at(-1)?.text).toContain("apt-mark hold");
    expect(commands.at(-1)?.argv).toEqual(
      expect.arrayContaining(["docker-ce", "containerd", "docker-compose"]),
    );
  });

  test("Docker's repository is pinned to Docker's packages before it is a source", async () => {
    const { commands } = await apply(dockerPackages(), bareHost("Debian 13"), withDockersRepository);
    expect(Object.keys(written(commands))).toEqual([
      "/etc/apt/keyrings/docker.asc",
      "/etc/apt/preferences.d/longshore-docker",
      "/etc/apt/sources.list.d/docker.sources",
    ]);
    expect(written(commands)["/etc/apt/preferences.d/longshore-docker"]).toBe(`Package: *
Pin: origin download.docker.com
Pin-Priority: -1

Package: docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin docker-ce-rootless-extras
Pin: origin download.docker.com
Pin-Priority: 500
`);
  });

  test("an upgrade, when asked for, takes what is held, and holds it again", async () => {
    const facts = provisionedHost("Debian 13", {
      packages: { "docker-ce": "28", "docker-ce-cli": "29" },
      heldPackages: ["docker-ce", "docker-ce-cli"],
      candidates: { "docker-ce": "29", "docker-ce-cli": "29" },
    });
    const { commands } = await apply(dockerPackages({ upgrade: true }), facts);
    expect(installed(commands)).toEqual([["docker-ce"]]);
    expect(commands.at(-2)?.text).toContain("--only-upgrade --allow-change-held-packages");
    expect(commands.at(-1)?.text).toMatch(/ apt-mark hold .* longshore docker-ce docker-ce-cli$/s);
  });

  test("another key than Docker's stops it before anything is written", async () => {
    const failing = apply(dockerPackages(), bareHost("Debian 13"), withKey(TEST_KEY));
    await expect(failing).rejects.toMatchObject({
      code: "docker_key",
      message: expect.stringContaining(
        `is ${TEST_FINGERPRINT}, and not 9DC858229FC7DD38854AE2D88D81803C0EBFCD88`,
      ),
    });
  });

  test("a key of one's own is taken where the inventory names it, from one's own place", async () => {
    const repository = { url: "https://mirror.test/docker", key: TEST_FINGERPRINT };
    const { commands } = await apply(
      dockerPackages({ upgrade: false, repository }),
      bareHost("Debian 13"),
      ({ text }) =>
        text.startsWith("/etc/apt mirror.test ")
          ? { code: 1 }
          : text.endsWith("/gpg")
            ? { stdout: TEST_KEY }
            : undefined,
    );
    const files = written(commands);
    expect(files["/etc/apt/keyrings/docker.asc"]).toBe(TEST_KEY);
    expect(files["/etc/apt/sources.list.d/docker.sources"]).toContain(
      "URIs: https://mirror.test/docker/debian\n",
    );
    expect(files["/etc/apt/preferences.d/longshore-docker"]).toContain("Pin: origin mirror.test\n");
  });

  test("what is no key is as good as no way out, and said", async () => {
    const { notes, said } = await apply(
      dockerPackages(),
      bareHost("Debian 13"),
      withKey("<html>log in first</html>"),
    );
    expect(notes).toEqual(["from trixie"]);
    expect(said[0]).toContain("is no key");
  });

  test("a source of Docker's that the host has already stays as it is", async () => {
    const { commands, notes } = await apply(dockerPackages(), bareHost("Debian 13"));
    expect(notes).toEqual(["from Docker's repository"]);
    expect(written(commands)).toEqual({});
  });

  test("where Docker's packages would remove others', the distribution's are taken, and nothing stays of the first", async () => {
    const { commands, notes, said } = await apply(dockerPackages(), bareHost("Debian 13"), (command) =>
      command.argv.includes("--simulate") && command.argv.includes("docker-ce")
        ? { stdout: "Remv runc [1.1]\nInst docker-ce (28 Docker [amd64])\n" }
        : withDockersRepository(command),
    );
    expect(notes).toEqual(["from trixie"]);
    expect(said).toEqual([expect.stringMatching(/Docker's repository: .*apt would remove runc 1\.1/)]);
    expect(installed(commands)).toEqual([["docker.io", "docker-cli", "iptables", "docker-compose"]]);
    expect(commands.map(({ text }) => text)).toContain(
      "/etc/apt keyrings/docker.asc preferences.d/longshore-docker sources.list.d/docker.sources",
    );
  });

  test("where every way would remove others', nothing is installed, and each is named", async () => {
    const commands: RecordedCommand[] = [];
    const failing = apply(dockerPackages(), bareHost("Debian 13"), (command) => {
      commands.push(command);
      return command.argv.includes("--simulate")
        ? { stdout: "Remv kubelet [1.31]\nRemv containerd.io [1.7]\n" }
        : withoutDockersRepository(command);
    });
    await expect(failing).rejects.toMatchObject({
      code: "packages_refused",
      message: expect.stringMatching(
        /Docker's repository cannot be reached\n.*would remove kubelet 1\.31, containerd\.io 1\.7/s,
      ),
    });
    expect(installed(commands)).toEqual([]);
  });

  test("an engine that is there gets no second one beside it", async () => {
    const { docker } = provisionedHost("Ubuntu 24.04");
    const facts = provisionedHost("Ubuntu 24.04", { docker: { ...docker, composeVersion: undefined } });
    const failing = apply(dockerPackages(), facts, ({ argv }) =>
      argv.includes("--simulate") ? { stdout: "Inst docker.io (28 Ubuntu [amd64])\n" } : undefined,
    );
    await expect(failing).rejects.toThrow("apt would install a second engine: docker.io");
  });

  test("an upgrade says whom it stops, where there is no live-restore", () => {
    const { docker } = provisionedHost("Debian 13");
    const facts = provisionedHost("Debian 13", {
      docker: { ...docker, liveRestore: false, containerCount: 2, containers: ["shop", "mail"] },
      packages: { "docker-ce": "28" },
      candidates: { "docker-ce": "29" },
    });
    const change = dockerPackages({ upgrade: true }).check(facts);
    expect(change?.summary).toBe("upgrade docker-ce, which restarts running containers");
    expect(change?.details).toContain("  stops with the engine, for want of live-restore: shop, mail");
  });

  test("an unknown system is refused by the check: nothing is run", () => {
    const facts = {
      ...bareHost("Debian 13"),
      os: { id: "arch", versionId: "", codename: "", prettyName: "Arch" },
    };
    expect(() => dockerPackages().check(facts)).toThrow("cannot provision this system: Arch");
  });

  test("a failure of apt has its words", async () => {
    const failing = apply(dockerPackages(), bareHost("Debian 13"), ({ argv }) =>
      argv.includes("--no-remove") ? { code: 100, stderr: "E: No space left on device\n" } : undefined,
    );
    await expect(failing).rejects.toThrow(/apt-get install .* failed with code 100:\n {4}E: No space left/);
  });

  test("everything is done as root, and asks nothing", async () => {
    const { commands } = await apply(
      dockerPackages(),
      bareHost("Debian 12", { packages: {} }),
      withoutDockersRepository,
    );
    const changing = commands.filter(({ argv }) => argv[0] !== "test");
    expect(changing.filter(({ become }) => !become)).toEqual([]);
    const apt = commands.filter(({ text }) => text.includes("apt-get"));
    expect(apt.filter(({ text }) => !text.includes("DEBIAN_FRONTEND=noninteractive"))).toEqual([]);
  });
});

test("systemd starts and enables the engine", async () => {
  const { commands } = await apply(dockerService, bareHost("Debian 13"));
  expect(commands[0]?.argv[2]).toContain("systemctl enable --quiet docker.service");
  expect(commands[0]?.argv[2]).toContain("limited 120 systemctl start docker.service");
});

test("without systemd nothing is asked of systemctl", async () => {
  const { commands } = await apply(dockerService, bareHost("Debian 13", { init: "none" }));
  expect(commands.filter(({ argv }) => argv.join(" ").includes("systemctl"))).toEqual([]);
  expect(commands).toHaveLength(2);
});

test("a dockerd that does not come up says why", async () => {
  let asked = 0;
  const failing = apply(dockerService, bareHost("Debian 13", { init: "none" }), () => {
    asked += 1;
    return asked < 2 ? undefined : { code: 1, stderr: "failed to mount overlay" };
  });
  await expect(failing).rejects.toThrow(
    "dockerd does not answer: it failed with code 1:\n    failed to mount",
  );
});

test("the login user joins the group, and stays in the others", async () => {
  const { commands } = await apply(dockerGroup, bareHost("Debian 13"));
  expect(commands).toMatchObject([{ text: "admin", become: true }]);
});

describe("kernel settings", () => {
  test("are written down and set", async () => {
    const { commands } = await apply(sysctlSettings, bareHost("Debian 13"));
    expect(written(commands)).toEqual({
      "/etc/sysctl.d/60-longshore.conf": "# Written by longshore provision.\nnet.ipv4.tcp_migrate_req = 1\n",
    });
    expect(commands[1]?.text).toBe("/proc/sys/net/ipv4/tcp_migrate_req=1");
  });

  test("are only written down where a container may not set them", async () => {
    const sysctl = { "net.ipv4.tcp_migrate_req": { value: "0", writable: false } };
    const { commands } = await apply(sysctlSettings, bareHost("Debian 13", { sysctl }));
    expect(
      commands
        .slice(1)
        .map(({ text }) => text)
        .join(""),
    ).toBe("");
  });
});
