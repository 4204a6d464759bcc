import { describe, expect, test } from "vitest";
import type { Facts } from "../../../provision/facts/facts.ts";
import { aptPrerequisites } from "../../../provision/steps/apt-prerequisites.ts";
import { dockerGroup } from "../../../provision/steps/docker-group.ts";
import { dockerPackages } from "../../../provision/steps/docker-packages.ts";
import { dockerService } from "../../../provision/steps/docker-service.ts";
import type { Step } from "../../../provision/steps/step.ts";
import { sysctlSettings } from "../../../provision/steps/sysctl.ts";
import { bareHost, provisionedHost, SYSTEMS } from "./host-facts.ts";
import { type RecordedCommand, recordCommands } from "./recording-connection.ts";

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

const withoutDockersRepository = ({ text }: RecordedCommand) =>
  text.includes("download.docker.com") ? { code: 100 } : undefined;

/** The packages of every `apt-get install`, in order. */
const installed = (commands: RecordedCommand[]) =>
  commands
    .filter(({ argv }) => argv.includes("install"))
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
    expect(commands[1]?.text).toContain("--fix-broken install");
    expect(commands).toHaveLength(2);
  });
});

describe("packages", () => {
  test.each(Object.keys(SYSTEMS))("%s: Docker's own where its repository answers", async (system) => {
    const facts = bareHost(system, { architecture: "arm64" });
    const { commands, notes } = await apply(dockerPackages(), facts);
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
    const { commands } = await apply(dockerPackages(), bareHost("Debian 13"));
    expect(Object.keys(written(commands))).toEqual([
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
    expect(commands[0]?.text).toContain("--only-upgrade --allow-change-held-packages");
    expect(commands[1]?.text).toMatch(/ apt-mark hold .* longshore docker-ce docker-ce-cli$/s);
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
      argv.includes("install") ? { code: 100, stderr: "E: No space left on device\n" } : undefined,
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
  expect(commands[0]?.text).toBe("systemctl enable --now --quiet docker");
});

test("without systemd nothing is asked of systemctl", async () => {
  const { commands } = await apply(dockerService, bareHost("Debian 13", { init: "none" }));
  expect(commands.filter(({ text }) => text.includes("systemctl"))).toEqual([]);
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
