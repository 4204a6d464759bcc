import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { resolveSshSettings, type SshOverrides } from "../../../provision/connection/ssh-settings.ts";
import { hasProgram } from "../programs.ts";

const home = homedir();
const nobody = { USER: userInfo().username };

function resolve(overrides: Partial<SshOverrides>, ...configTexts: string[]) {
  return resolveSshSettings({ address: "web1", ...overrides }, configTexts, nobody);
}

test("without any configuration: the defaults of ssh", () => {
  expect(resolve({})).toEqual({
    hostName: "web1",
    port: 22,
    user: userInfo().username,
    identityFiles: ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => `${home}/.ssh/${name}`),
    identityFilesNamed: false,
    agentSocket: undefined,
    userKnownHostsFiles: [`${home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts2`],
    globalKnownHostsFiles: ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
    hostKeyAlias: undefined,
    unknownHostKey: "refuse",
    connectTimeoutSeconds: 10,
    keepaliveSeconds: 15,
    password: undefined,
  });
});

describe("what the inventory says wins over the files", () => {
  const config = "Host web1\n  User anna\n  Port 2200\n  IdentityFile ~/.ssh/config_key\n  ConnectTimeout 7";

  test.each<[string, Partial<SshOverrides>, object]>([
    ["the user", { user: "debian" }, { user: "debian", port: 2200 }],
    ["the port", { port: 2022 }, { user: "anna", port: 2022 }],
    [
      "the key",
      { identityFile: "/keys/a" },
      { identityFiles: ["/keys/a"], identityFilesNamed: true, connectTimeoutSeconds: 7 },
    ],
    ["-o Key=Value", { sshArguments: "-o ConnectTimeout=3" }, { connectTimeoutSeconds: 3, user: "anna" }],
    ["-oKey=Value", { sshArguments: "-oConnectTimeout=3" }, { connectTimeoutSeconds: 3 }],
    ["-o 'Key Value'", { sshArguments: "-o 'ConnectTimeout 3'" }, { connectTimeoutSeconds: 3 }],
    ["-p and -l", { sshArguments: "-p 2022 -l debian" }, { port: 2022, user: "debian" }],
    ["-i", { sshArguments: "-i /keys/b" }, { identityFiles: ["/keys/b", `${home}/.ssh/config_key`] }],
    [
      "other arguments of ssh are passed over",
      { sshArguments: "-C -4 -o ControlMaster=auto -p 2022" },
      { port: 2022 },
    ],
    ["a new key is accepted on demand", { acceptNew: true }, { unknownHostKey: "accept-new" }],
  ])("%s", (_title, overrides, expected) => {
    expect(resolve(overrides, config)).toMatchObject(expected);
  });
});

test("the user's file wins over the system's", () => {
  expect(resolve({}, "User anna", "User root\nPort 2200")).toMatchObject({ user: "anna", port: 2200 });
});

test.each([
  [undefined, "/tmp/agent", "/tmp/agent"],
  ["SSH_AUTH_SOCK", "/tmp/agent", "/tmp/agent"],
  ["none", "/tmp/agent", undefined],
  ["~/agent.sock", "/tmp/agent", `${home}/agent.sock`],
])("IdentityAgent %s with SSH_AUTH_SOCK=%s is %s", (configured, inherited, expected) => {
  const config = configured === undefined ? "" : `IdentityAgent ${configured}`;
  const settings = resolveSshSettings({ address: "web1" }, [config], { SSH_AUTH_SOCK: inherited });
  expect(settings.agentSocket).toBe(expected);
});

test.each([
  ["%d/keys/%r@%h:%p", `${home}/keys/anna@192.0.2.1:2200`],
  ["~/keys/100%%", `${home}/keys/100%`],
])("IdentityFile %s", (path, expected) => {
  const config = `HostName 192.0.2.1\nUser anna\nPort 2200\nIdentityFile ${path}`;
  expect(resolve({}, config).identityFiles).toEqual([expected]);
});

test("a known_hosts file may have a space in its name, and `none` is no file", () => {
  const settings = resolve({}, 'UserKnownHostsFile "/tmp/known hosts" /tmp/b\nGlobalKnownHostsFile none');
  expect(settings.userKnownHostsFiles).toEqual(["/tmp/known hosts", "/tmp/b"]);
  expect(settings.globalKnownHostsFiles).toEqual([]);
});

describe.skipIf(!hasProgram("ssh"))("the same as the real ssh reads (ssh -G)", () => {
  const directory = mkdtempSync(join(tmpdir(), "longshore-ssh-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  /** What ssh makes of a file: keyword → its values in order. */
  function askSsh(config: string, host: string): Map<string, string[]> {
    const file = join(directory, "config");
    writeFileSync(file, config, { mode: 0o600 });
    const answers = new Map<string, string[]>();
    for (const line of execFileSync("ssh", ["-G", "-F", file, host], {
      encoding: "utf8",
      stdio: "pipe",
    }).split("\n")) {
      const [key = "", value = ""] = line.split(/ (.*)/);
      answers.set(key, [...(answers.get(key) ?? []), value]);
    }
    return answers;
  }

  const cases: Record<string, string> = {
    empty: "",
    "a host of its own": "Host web1\n  HostName 192.0.2.1\n  User anna\n  Port 2200",
    "another host": "Host web2\n  HostName 192.0.2.1\n  User anna",
    "before the first Host": "User anna\nHost web1\n  User bert\n  Port 2200",
    "first value wins": "Host web*\n  User anna\nHost web1\n  User bert\nHost *\n  Port 2200",
    "several patterns": "Host db web? \n  Port 2200",
    "a negated pattern": "Host web* !web1\n  Port 2200\nHost *\n  User anna",
    "%h in HostName": "Host web1\n  HostName %h.example.org",
    "equals signs and tabs": "Host=web1\n\tHostName = 192.0.2.1\n\tPort=2200",
    "any case": "HOST web1\n  hostname 192.0.2.1\n  PORT 2200\n  user anna",
    comments: "# Host web1\n#  Port 1\n\nHost web1\n  # Port 2\n  Port 2200",
    quotes: 'Host "web1"\n  User "anna"\n  IdentityFile "~/my keys/id"',
    "several keys": "IdentityFile ~/.ssh/a\nHost web1\n  IdentityFile /keys/b\n  IdentityFile ~/.ssh/c",
    "known_hosts files": "Host web1\n  UserKnownHostsFile /tmp/a /tmp/b",
    "known_hosts files of the machine": "GlobalKnownHostsFile /tmp/a /tmp/b",
    "a known_hosts file with a space": 'UserKnownHostsFile "/tmp/known hosts"',
    "an alias of the host key": "HostKeyAlias web.example.org",
    "accept-new": "StrictHostKeyChecking accept-new",
    "no check": "StrictHostKeyChecking no",
    "a strict check": "StrictHostKeyChecking yes",
    "times in seconds": "ConnectTimeout 5\nServerAliveInterval 60",
    "times with units": "ConnectTimeout 1m\nServerAliveInterval 1m30s",
  };

  test.each(Object.entries(cases))("%s", (_title, config) => {
    const answers = askSsh(config, "web1");
    const one = (key: string) => answers.get(key)?.[0];
    const untilde = (path: string) => path.replace(/^~/, home);
    const settings = resolve({}, config);
    expect(settings).toMatchObject({
      hostName: one("hostname"),
      port: Number(one("port")),
      user: one("user"),
      hostKeyAlias: one("hostkeyalias"),
    });
    if (/IdentityFile/.test(config)) {
      expect(settings.identityFiles).toEqual(answers.get("identityfile")?.map(untilde));
    }
    expect(settings.userKnownHostsFiles.join(" ")).toBe(one("userknownhostsfile"));
    expect(settings.globalKnownHostsFiles.join(" ")).toBe(one("globalknownhostsfile"));
    const strict = one("stricthostkeychecking") ?? "";
    expect(settings.unknownHostKey).toBe(/^(accept-new|false|no)$/.test(strict) ? "accept-new" : "refuse");
    if (/Timeout/.test(config)) expect(settings.connectTimeoutSeconds).toBe(Number(one("connecttimeout")));
    if (/Alive/.test(config)) expect(settings.keepaliveSeconds).toBe(Number(one("serveraliveinterval")));
  });
});
