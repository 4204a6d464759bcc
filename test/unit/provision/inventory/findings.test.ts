import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Findings } from "../../../../provision/inventory/findings.ts";
import { loadInventory, parseInventory } from "../../../../provision/inventory/load.ts";
import { parseVars } from "../../../../provision/inventory/parse-vars.ts";
import { formatProblem } from "../../../../shared/problem.ts";
import { formatError } from "../../../../shared/user-error.ts";

/** The warnings of an inventory, as the operator sees them. */
function warningsOf(text: string): string[] {
  return parseInventory(text, "i").warnings.map(
    (warning) => formatProblem(warning) + (warning.hint === undefined ? "" : ` → ${warning.hint}`),
  );
}

function refusalOf(text: string): string {
  try {
    parseInventory(text, "i");
  } catch (error) {
    return formatError(error);
  }
  return "not refused";
}

describe("what Ansible loses without a word is a warning", () => {
  test.each([
    ["a word cut by #", "a p=ab#cd", 'i:1:7: "#cd" is not read: an unquoted # ends the line'],
    ["a version as a float", "a v=1.10", "i:1:3: 1.10 is read as the number 1.1 → for text write '\"1.10\"'"],
    [
      "a version in :vars",
      "a\n[all:vars]\nv=1.10",
      'i:3:1: 1.10 is read as the number 1.1 → for text write "1.10"',
    ],
    ["a hash with an e", "a commit=12e4", "i:1:3: 12e4 is read as the number 120000.0"],
    ["an identifier with _", "a id=2024_01", "i:1:3: 2024_01 is read as the number 202401"],
    ["a telephone number", "a t=+4912", "i:1:3: +4912 is read as the number 4912"],
    ["ports with a comma", "a p=80,443", "i:1:3: 80,443 is read as a list"],
    ["a comment in :vars", "a\n[all:vars]\nv=x # y", "i:3:5: what follows the # is part of the value of v"],
    ["a port too late", "a\n[g]\na:22", "i:3:1: port 22 of a is not read"],
    ["an address without brackets", "a:b:22", "i:1:1: the port is part of the name a:b:22"],
    [
      "a group's name for a host",
      "[a]\na x=1",
      "i:2:1: the variables of host a go to the group of the same name",
    ],
    [
      "a plain name",
      "a host=127.0.0.1",
      "i:1:3: host is a variable of your own, and says nothing about the connection → to reach the host with it, write: ansible_host=127.0.0.1",
    ],
    [
      "a plain port",
      "a port=22",
      "port is a variable of your own, and says nothing about the connection → to reach the host with it, write: ansible_port=22",
    ],
    ["a plain password, not shown", "a password=x", "write: ansible_password=…"],
    ["twice on a line", "a x=1 x=2", "i:1:7: x is set twice on this line"],
    ["twice in a section", "a\n[all:vars]\nx=1\nx=2", "i:4:1: x of group all is set twice"],
    [
      "a slip in a name",
      "a ansible_usr=b",
      "i:1:3: unknown variable ansible_usr → did you mean ansible_user?",
    ],
    ["a slip in a long name", "a ansible_become_passwort=b", "did you mean ansible_become_password?"],
    [
      "no name of Ansible's",
      "a ansible_zzz=b",
      "i:1:3: unknown variable ansible_zzz → names that begin with",
    ],
    [
      "a slip in :vars",
      "a\n[all:vars]\nansible_prot=22",
      "i:3:1: unknown variable ansible_prot → did you mean ansible_port?",
    ],
    [
      "a priority on a host",
      "a ansible_group_priority=1",
      "i:1:3: ansible_group_priority has no effect here",
    ],
  ])("%s", (_title, text, expected) => {
    const warnings = warningsOf(text);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(expected);
  });

  test.each([
    "a # comment",
    "a x=1 # comment",
    "a x='#1'",
    "a x=0 y=-5 z=1.5 w=8.0 mode=0644 v=1.2.3 ip=10.0.0.1",
    "a ansible_user=x ansible_host=b ansible_port=22 ansible_ssh_common_args='-o A=b' ansible_become=true",
    "a ansible_python_interpreter=/usr/bin/python3 ansible_winrm_transport=basic ansible_network_os=ios",
    'a my_ansible_user=1 json=\'{"a": {"b": 1}}\'',
    'a\n[all:vars]\nx=8080 # read as Python\'s comment\ny="# in quotes"\nz=a#b',
    "a:22\n[g]\na:22\na",
    "2001:db8::1\n[2001:db8::2]:22",
    "[a]\nb x=1\n[c]\nb x=2",
  ])("nothing to say about: %s", (text) => {
    expect(warningsOf(text)).toEqual([]);
  });
});

describe("a refusal names the place and the way out", () => {
  test.each([
    ["web[5:1]", "i:1:1: range [5:1] is empty: it begins after its end"],
    ["  web[1:]", "i:1:3: range [1:] has no end"],
    ["w[1:99999999]", "i:1:1: range [1:99999999] makes more than 100000 hosts"],
    ["w[1:9999][1:9999]", 'i:1:1: "w[1:9999][1:9999]" makes more than 100000 hosts'],
    ["w[-1:3]", "i:1:1: range [-1:3] is neither of numbers nor of single letters"],
    ["a]b[1:2]", 'i:1:1: the brackets of "a]b[1:2]" do not match'],
    ["a:70000", "i:1:1: port 70000 of host a is not between 1 and 65535"],
    ["a x", 'i:1:3: cannot read "x" as a variable of host a: expected key=value'],
    ["a x='1", "i:1:5: cannot find the end of the quote '"],
    ["a x=1\\", "i:1:6: cannot find what the \\ at the end escapes"],
    ["[g:var]\na", 'i:1:4: section [g:var] has the unknown type "var"'],
    ["[g h]\na", "i:1:1: cannot read the section header [g h]"],
    ["a\n[g] ; note", "i:2:1: cannot read the section header [g] ; note"],
    ["[g:vars]\nx=1", "i:1:1: [g:vars] names the group g, which is not declared"],
    ["[g:children]\nh\n[x]\na", "i:2:1: [g:children] names the group h, which is not declared"],
    ["[a:children]\nb\n[b:children]\na", "i:4:1: group a contains itself: a → b → a"],
    ["a\n[g:children]\nungrouped", "i:3:1: ungrouped cannot be a child of g"],
    ["[g:vars]\nansible_group_priority=high\n[g]\na", "i:2:1: ansible_group_priority=high of group g"],
    [
      "root@203.0.113.1",
      "i:1:1: cannot read root@203.0.113.1: a host has no user in its name\n  write: 203.0.113.1 ansible_user=root",
    ],
    ["all:\n  hosts:", "a YAML inventory is not read"],
    ["---\nall:", "i:1:1: this looks like YAML"],
    ["# nothing", "the inventory i has no hosts"],
  ])("%j", (text, expected) => {
    expect(refusalOf(text)).toContain(expected);
  });

  test("every problem is told at once", () => {
    expect(refusalOf("a x\nb[1]\n[c:d]").match(/i:\d+:\d+:/g)).toEqual(["i:1:3:", "i:2:1:", "i:3:4:"]);
  });
});

describe("the files beside an inventory", () => {
  let folder: string;
  const write = (name: string, text: string | Buffer) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const load = () => loadInventory(join(folder, "hosts.ini"));
  const warnings = async () =>
    (await load()).warnings.map((warning) => formatProblem(warning).replace(`${folder}/`, ""));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "longshore-inventory-"));
    write("hosts.ini", "[web]\nweb1\nweb2\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test.each([
    ["group_vars/web.yml", "version: 1.10", "group_vars/web.yml:1:10: 1.10 is read as the number 1.1"],
    ["group_vars/web.yml", "a: 1\nmode: 0644", "group_vars/web.yml:2:7: 0644 is read as the number 420"],
    ["group_vars/web.yml", "port: 22:22", "group_vars/web.yml:1:7: 22:22 is read as the number 1342"],
    ["host_vars/web1.yml", "ansible_hots: x", "host_vars/web1.yml:1:1: unknown variable ansible_hots"],
    ["group_vars/web.yml", "$ANSIBLE_VAULT;1.1;AES256\n61", "group_vars/web.yml: is not read: ansible-vault"],
    ["group_vars/web.yml", "ansible_group_priority: 5", "ansible_group_priority has no effect here"],
    ["group_vars/wbe.yml", "x: 1", "group_vars/wbe.yml: is not read: no name of the inventory"],
    ["group_vars/web.txt", "x: 1", "group_vars/web.txt: is not read"],
  ])("%s with %j is a warning", async (name, text, expected) => {
    write(name, text);
    const found = await warnings();
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });

  test("a file that another one hides is a warning", async () => {
    write("group_vars/web/main.yml", "x: 1");
    write("group_vars/web.yml", "x: 2");
    expect(await warnings()).toEqual([
      `group_vars/web.yml: is not read: ${folder}/group_vars/web stands beside it`,
    ]);
  });

  test("files for the hosts of another inventory are no warning", async () => {
    write("host_vars/web7.yml", "x: 1");
    write("group_vars/database.yml", "x: 1");
    expect(await warnings()).toEqual([]);
  });

  test.each([
    ["a list", "- a", "group_vars/all.yml:1:1: expected a map of variables"],
    ["a syntax error", "a: [1\nb: 2", "group_vars/all.yml:2:1:"],
    ["a key twice", "a: 1\na: 2", "group_vars/all.yml:2:1:"],
    ["an unknown tag", "a: !x y", "group_vars/all.yml:1:4:"],
    ["a list in lists without end", `a: ${"[".repeat(5000)}${"]".repeat(5000)}`, "group_vars/all.yml:1:1:"],
    ["an alias of itself", "a: &a {b: *a}", "group_vars/all.yml:1:1:"],
    ["two documents", "a: 1\n---\nb: 2", "group_vars/all.yml:2:1:"],
    [
      "aliases without end",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefg".replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
      "group_vars/all.yml:1:1:",
    ],
  ])("%s is refused", async (_title, text, expected) => {
    write("group_vars/all.yml", text);
    const error = await load().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "inventory_syntax" });
    expect(formatError(error)).toContain(expected);
  });

  test("!unsafe and !!str are texts, dates stay as they are written", async () => {
    write("group_vars/all.yml", 'u: !unsafe "a"\ns: !!str 5\nd: 2024-01-02\n');
    const [host] = (await load()).inventory.hosts;
    expect(host?.vars).toEqual({ u: "a", s: "5", d: "2024-01-02" });
  });

  test.each([
    ["not there", "other.ini", "it is not there"],
    ["a folder", ".", "it is a folder"],
  ])("an inventory that is %s", async (_title, name, expected) => {
    const error = await loadInventory(join(folder, name)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "inventory_unreadable" });
    expect(formatError(error)).toContain(expected);
  });

  test.each([
    ["hosts.yml", "all:", "YAML|YML"],
    ["hosts.sh", "#!/bin/sh\necho", "a script"],
    ["hosts", "$ANSIBLE_VAULT;1.1;AES256\n61", "encrypted"],
  ])("an inventory of another kind: %s", async (name, text, expected) => {
    write(name, text);
    const error = await loadInventory(join(folder, name)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "inventory_format" });
    expect(formatError(error)).toMatch(new RegExp(expected));
  });

  test("bytes that are not UTF-8 are refused where they count, and where U+FFFD is meant it may stand", async () => {
    write("hosts.ini", Buffer.from("# \xe9\nweb1 x=\xe9\n", "latin1"));
    expect(formatError(await load().catch((error: unknown) => error))).toContain(
      "hosts.ini:2:8: this is not UTF-8",
    );
    write("hosts.ini", "web1 x=\uFFFD\n");
    expect((await load()).inventory.hosts[0]?.vars).toEqual({ x: "\uFFFD" });
  });
});

describe("a warning does not repeat what is secret by its name", () => {
  test.each([
    "a ansible_become_password=1_000",
    "a ansible_ssh_pass=1_000",
    "a db_passwd=1_000",
    "a API_TOKEN=1_000",
    "a my_secret=1_000,2",
    "a\n[all:vars]\nansible_password=1_000",
    "a\n[all:vars]\nsmtp_password=1_000 # x y",
  ])("%j", (text) => {
    const warnings = warningsOf(text).join("\n");
    expect(warnings).toMatch(/ read as | is part of the value/);
    expect(warnings).not.toMatch(/1_000|1000/);
  });

  test.each([
    "a ansible_password=my 1_000",
    "a ansible_password=my 1_000 more",
    "a ansible_password = my 1_000",
    "a db_pass=x 1_000 y=2",
  ])("nor do the words of one with blanks: %j", (text) => {
    expect(refusalOf(text)).toMatch(/cannot read … as a variable of host a/);
    expect(refusalOf(text)).not.toMatch(/1_000|"more"/);
  });

  test("nor does what an unquoted # cuts off", () => {
    expect(warningsOf("a ansible_password=my#1_000").join()).toMatch(
      /^i:1:\d+: … is not read: an unquoted #/,
    );
  });

  test("nor does one of a file of group_vars, at any depth", () => {
    const findings = new Findings("f");
    parseVars("ansible_password: 0755\npasswords: { db: [01234] }\nversion: 1.10\n", findings);
    const said = findings.warnings.map(({ message, hint }) => `${message} ${hint}`);
    expect(said).toHaveLength(3);
    expect(said.join("\n")).not.toMatch(/755|493|1234|668/);
    expect(said.at(-1)).toContain("1.10 is read as");
  });
});

describe("a refusal has the line to write", () => {
  test.each([
    ["blanks around =", "a b = c", "i:1:3: a host line has no blanks around the = of b\n  write: b=c"],
    ["a blank before =", "a b =c", "write: b=c"],
    ["a blank after =", "a b= c d=e", "write: b=c"],
    ["a password with blanks around =", "a my_password = c", "write: my_password=…"],
    [
      "a template without quotes",
      "a b={{ c | default('x') }} d=e",
      "i:1:3: the value of b has blanks\n  write: b=\"{{ c | default('x') }}\"",
    ],
    ["an open bracket", "[web\nh", "i:1:1: cannot read the section header [web\n  write: [web]"],
    ["a closing bracket", "web]\nh", "write: [web]"],
    ["an open bracket of :children", "[web:children\nh", "write: [web:children]"],
    ["blanks in brackets", "[ web ]\nh", "write: [web]"],
    ["doubled brackets", "[[web]]\nh", "write: [web]"],
    ["!vault on a host", "a p=!vault", "i:1:3: !vault has its meaning in YAML only"],
    ["!vault in :vars", "a\n[all:vars]\np=!vault |", "i:3:1: !vault has its meaning in YAML only"],
    ["a vault's text", "a p=$ANSIBLE_VAULT;1.1;AES256", "$ANSIBLE_VAULT has its meaning in YAML only"],
  ])("%s", (_title, text, expected) => {
    expect(refusalOf(text)).toContain(expected);
  });
});
