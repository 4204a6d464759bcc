import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { SshOverrides } from "../../../../../provision/connection/ssh/ssh-settings.ts";
import { hasProgram } from "../../programs.ts";
import { settingsOf as resolve } from "./settings-of.ts";

const home = homedir();

test("without any configuration: the defaults of ssh", () => {
  expect(resolve({})).toEqual({
    hostName: "web1",
    port: 22,
    user: userInfo().username,
    identityFiles: ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => `${home}/.ssh/${name}`),
    addressFamily: 0,
    bindAddress: undefined,
    namedIdentityFile: undefined,
    identitiesOnly: false,
    agentSocket: "/tmp/agent",
    userKnownHostsFiles: [`${home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts2`],
    globalKnownHostsFiles: ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
    hostKeyAlias: undefined,
    hashKnownHosts: false,
    unknownHostKey: "refuse",
    connectTimeoutSeconds: 10,
    keepaliveSeconds: 15,
    keepaliveCount: 3,
    jumps: [],
    proxyCommand: undefined,
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
      {
        identityFiles: ["/keys/a", `${home}/.ssh/config_key`],
        namedIdentityFile: "/keys/a",
        connectTimeoutSeconds: 7,
      },
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
    ["-J", { sshArguments: "-J anna@jump:2222,second" }, { jumps: ["anna@jump:2222", "second"] }],
    ["-6", { sshArguments: "-o Port=2022 -6" }, { port: 2022, addressFamily: 6 }],
    [
      "a value with spaces and quotes",
      { identityFile: '/keys/my "own" key' },
      { namedIdentityFile: '/keys/my "own" key' },
    ],
    ["the timeout", { connectTimeoutSeconds: 3 }, { connectTimeoutSeconds: 3 }],
    ["a new key is accepted on demand", { acceptNew: true }, { unknownHostKey: "accept-new" }],
  ])("%s", (_title, overrides, expected) => {
    expect(resolve(overrides, config)).toMatchObject(expected);
  });
});

test("the user's file wins over the system's", () => {
  expect(resolve({}, "User anna", "User root\nPort 2200")).toMatchObject({ user: "anna", port: 2200 });
});

test("arguments of ssh that are no words are refused with their name", () => {
  expect(() => resolve({ sshArguments: "-o 'Port=1" })).toThrow(
    /^cannot read the ssh arguments -o 'Port=1: /,
  );
});

test.each([
  [undefined, "/tmp/agent"],
  ["SSH_AUTH_SOCK", "/tmp/agent"],
  ["none", undefined],
  ["~/agent.sock", `${home}/agent.sock`],
  ["${HOME}/agent.sock", `${home}/agent.sock`],
  ["$HOME", home],
])("IdentityAgent %s with SSH_AUTH_SOCK=/tmp/agent is %s", (configured, expected) => {
  const config = configured === undefined ? "" : `IdentityAgent ${configured}`;
  expect(resolve({}, config).agentSocket).toBe(expected);
});

test.each([
  ["ProxyCommand ssh -W %h:%p -l %r jump # and more", "ssh -W 192.0.2.1:22 -l anna jump # and more"],
  ["ProxyCommand none", undefined],
  ["ProxyJump none\nProxyCommand nc %h %p", undefined],
])("%s is the command %s", (line, expected) => {
  const settings = resolve({ user: "anna" }, `HostName 192.0.2.1\n${line}`);
  expect(settings).toMatchObject({ proxyCommand: expected, jumps: [] });
});

test.each(["web1;id", "$(id)", "`id`", "a b", "-oProxyCommand=id", "a'b"])(
  "the name %j never gets into a command for the shell",
  (address) => {
    expect(() => resolve({ address }, "ProxyCommand nc %h %p")).toThrow("cannot put");
    expect(() => resolve({ address }, 'Match exec "test %n"\n  Port 1')).toThrow("cannot put");
  },
);

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

  const included = {
    one: "User anna\nPort 2200",
    "inc1.conf": "User anna\nHost web1\n  Port 2200",
    "inc2.conf": "User bert\nIdentityFile /keys/two",
    sections: "Host web2\n  User anna\nHost web*\n  User bert\nHost nobody\n  Port 1",
  };
  for (const [name, text] of Object.entries(included))
    writeFileSync(join(directory, name), text, { mode: 0o600 });

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
    "Match host": "Match host web1\n  User anna\nMatch host web2\n  Port 1\nMatch all\n  Port 2200",
    "Match host sees HostName":
      "HostName 192.0.2.1\nMatch host 192.0.2.*\n  Port 2200\nMatch host web1\n  User anna",
    "Match originalhost":
      'HostName 192.0.2.1\nMatch originalhost "web?"\n  Port 2200\nMatch originalhost web2,!web1\n  User anna',
    "Match user": "User anna\nMatch user anna\n  Port 2200\nMatch user bert\n  HostName 192.0.2.1",
    "Match localuser": `Match localuser ${userInfo().username}\n  Port 2200\nMatch !localuser ${userInfo().username}\n  User anna`,
    "Match exec":
      'Match exec "test %n = web1 -a %p = 22"\n  Port 2200\nMatch exec false\n  User anna\nMatch !exec false\n  User bert',
    "Match with two criteria":
      "Match host web1 user anna\n  Port 1\nMatch user *,!anna host web*\n  Port 2200",
    "Match final": "Match final host 192.0.2.1\n  Port 2200\nHost web1\n  HostName 192.0.2.1",
    Include: `Include ${directory}/one\nPort 2201`,
    "Include of several by a pattern": `Include ${directory}/inc*.conf\nUser carl`,
    "Include in a section": `Host web1\n  Include ${directory}/one ${directory}/missing\n  User carl\nHost *\n  HostName 192.0.2.9`,
    "Include in a section for others": `Host web2\n  Include ${directory}/one\nHost *\n  User carl`,
    "Include with sections of its own": `Host web1\n  Include ${directory}/sections\n  Port 2203\nHost *\n  User dora`,
    "two quotes": "IdentityFile '/keys/it is'\nUser an\\'na",
    "ProxyJump before ProxyCommand": "ProxyJump anna@jump:2222,second\nProxyCommand nc a b",
    "ProxyCommand before ProxyJump": "ProxyCommand nc a b\nProxyJump jump",
    "count of keep-alives": "ServerAliveInterval 5\nServerAliveCountMax 7",
    "keys of the agent": "IdentitiesOnly yes",
    "hashed names": "HashKnownHosts yes",
    "a family of addresses": "AddressFamily inet6\nBindAddress ::1",
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
      identitiesOnly: one("identitiesonly") === "yes",
      hashKnownHosts: one("hashknownhosts") === "yes",
      bindAddress: one("bindaddress"),
      keepaliveCount: Number(one("serveralivecountmax")),
      jumps: one("proxyjump")?.split(",") ?? [],
      proxyCommand: one("proxycommand"),
      addressFamily: { any: 0, inet: 4, inet6: 6 }[one("addressfamily") ?? "any"],
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
