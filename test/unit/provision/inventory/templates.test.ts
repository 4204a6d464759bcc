import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readConnectionVariables } from "../../../../provision/inventory/connection-variables.ts";
import { loadInventory, parseInventory } from "../../../../provision/inventory/load.ts";
import { Opaque } from "../../../../provision/inventory/python/opaque.ts";
import { formatVariable } from "../../../../provision/inventory/python/value.ts";
import { resolveSettings } from "../../../../provision/stack/settings.ts";
import { parseStack } from "../../../../provision/stack/stack.ts";
import { readWanted } from "../../../../provision/steps/wanted.ts";
import { formatError } from "../../../../shared/user-error.ts";
import { makeFolder } from "../image/folder.ts";

/** The host of an inventory with these variables in host_vars. */
async function hostWith(vars: string, others: Record<string, string> = {}) {
  using folder = makeFolder({
    "i.ini": "[web]\nh1.example.org\n",
    "host_vars/h1.example.org.yml": `${vars}\n`,
    ...others,
  });
  const [host] = (await loadInventory(join(folder.path, "i.ini"))).inventory.hosts;
  if (host === undefined) throw new Error("no host");
  return host;
}

const VARS = `n: 5
f: 1.5
b: true
z: null
e: ""
li: [1, a]
m: {a: {b: 3}, x-y: 2}
`;

// As ansible-core 2.14 answers; there a number out of default() is a text.
test.each<[string, unknown]>([
  ["{{ n }}", 5],
  ["{{n}}", 5],
  ["{{ n | default(80) }}", "5"],
  ["{{ nope | default(80) }}", "80"],
  ["{{ nope | default('a b') }}", "a b"],
  ["{{ nope | d(-1) }}", "-1"],
  ["{{ e | default('x', true) }}", "x"],
  ["{{ e | default('x') }}", ""],
  ["{{ z | default('q') }}", ""],
  ["a{{ z }}b", "ab"],
  ["{{ b }}", true],
  ["a{{ b }}", "aTrue"],
  ["{{ f }}x", "1.5x"],
  ["{{ li }}", [1, "a"]],
  ["{{ li[1] }} {{ li.1 }}", "a a"],
  ["{{ m.a.b }}", "3"],
  ["{{ m['x-y'] }}", "2"],
  ["{{ nope.x | default('d') }}", "d"],
  ["{{ m.q.r | default(n) }}", "5"],
  ["{{ nope | default(nope2 | default('y')) }}", "y"],
  ["{{ nope | default([]) }}", []],
  ["{{ nope | default(true) }}", true],
  ["{{ n }}{{ n }}", "55"],
  ["[{{ n }}, 2]", [5, 2]],
  ["{'a': {{ n }}}", { a: 5 }],
  ["a{# hey #}b", "ab"],
  ["}} {", "}} {"],
  ["{{ inventory_hostname }}/{{ inventory_hostname_short }}", "h1.example.org/h1"],
  ["{{ group_names }}", ["web"]],
])("%s is %j", async (text, expected) => {
  const { vars } = await hostWith(`${VARS}t: ${JSON.stringify(text)}`);
  expect(vars.t).toEqual(expected);
});

test.each<[string, string]>([
  ["{{ nope }}", "its template names nope, which is not set"],
  ["{{ n | upper }}", "its template uses the filter upper"],
  ["{{ lookup('env', 'HOME') }}", "its template calls lookup()"],
  ["{% if b %}x{% endif %}", "its template has a statement"],
  ["{{ n + 1 }}", "its template says more than"],
  ["{{ n", "its template says more than"],
  ["{{ m.keys }}", "its template calls the method keys"],
  ["{{ hostvars.h2.x | default(1) }}", "names hostvars, which has a value only while Ansible runs"],
  ["{{ ansible_default_ipv4.address | default(1) }}", "has a value only while Ansible runs"],
  ["x{{ li }}", "puts a list or a map into a text"],
  ["{{ t }}", "goes in a circle: t → t"],
  ["{{ c1 }}", "goes in a circle"],
  ["{{ v }}", "names v: ansible-vault encrypted it"],
])("%s cannot be filled in: %s", async (text, expected) => {
  const { vars } = await hostWith(
    `${VARS}c1: '{{ c2 }}'\nc2: '{{ c1 }}'\nv: !vault x\nt: ${JSON.stringify(text)}`,
  );
  expect(vars.t).toBeInstanceOf(Opaque);
  expect((vars.t as Opaque).reason).toContain(expected);
});

test("templates that multiply end with an error", async () => {
  const lines = Array.from({ length: 40 }, (_, i) => `v${i + 1}: "{{ v${i} }}{{ v${i} }}"`);
  const { vars } = await hostWith(`v0: xx\n${lines.join("\n")}`);
  expect((vars.v40 as Opaque).reason).toContain("more than 1000000 characters");
});

test("!unsafe is never a template, and what is written stays for --list", async () => {
  const { vars, written } = await hostWith("u: !unsafe '{{ a }}'\nport: 1\nt: '{{ port }}'");
  expect(vars.u).toBe("{{ a }}");
  expect(written?.t).toBe("{{ port }}");
});

test("what may stand in an encrypted file is not taken for missing", async () => {
  const host = await hostWith("t: \"{{ pw | default('x') }}\"", {
    "group_vars/web.yml": "$ANSIBLE_VAULT;1.1;AES256\n61",
  });
  expect((host.vars.t as Opaque).reason).toContain("may stand in");
  expect(formatVariable(host.vars.t ?? null)).toBeUndefined();
});

const SECRET = "pw: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61";

test("only the use of what is not known is an error", async () => {
  const stack = (text: string) =>
    parseStack(`name: s\nx-longshore: { supervisor: web }\nservices:\n  web:\n    ${text}\n`, "c.yaml", ".");
  const host = await hostWith(SECRET);
  expect(() => resolveSettings(stack("image: a"), host)).not.toThrow();
  expect(() => resolveSettings(stack("image: $$pw"), host)).not.toThrow();
  for (const use of [
    "image: ${pw}",
    "image: ${pw:-x}",
    "image: a$pw",
    "environment: [pw]",
    "environment: { pw: }",
  ]) {
    const error = attempt(() => resolveSettings(stack(use), host));
    expect(error).toMatch(
      /^c\.yaml:5:\d+: .*cannot use the variable pw: ansible-vault encrypted it \(host h1/,
    );
  }
  expect(attempt(() => readWanted(host, { upgrade: false }))).toBe("");
  const swap = await hostWith("longshore_swap: '{{ a | int }}'");
  expect(attempt(() => readWanted(swap, { upgrade: false }))).toContain(
    "cannot use longshore_swap of host h1",
  );
  const login = await hostWith("ansible_user: '{{ who }}'");
  expect(attempt(() => readConnectionVariables(login))).toContain("{{ who | default('…') }}");
  const good = await hostWith("who: debian\nansible_user: '{{ who }}'\nansible_port: '{{ 22 }}'");
  expect(readConnectionVariables(good)).toMatchObject({ user: "debian", port: 22 });
});

function attempt(run: () => unknown): string {
  try {
    run();
    return "";
  } catch (error) {
    return formatError(error);
  }
}

test("40,000 variables are read in a moment", async () => {
  const folder = mkdtempSync(join(tmpdir(), "longshore-large-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const lines = Array.from({ length: 40_000 }, (_, i) => `v${i}="{{ w }}"`);
  writeFileSync(join(folder, "i.ini"), `h1\n[all:vars]\nw=1\n${lines.join("\n")}\n`);
  const started = performance.now();
  const [host] = (await loadInventory(join(folder, "i.ini"))).inventory.hosts;
  expect(host?.vars.v39999).toBe(1);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test.each([
  ["5,000 nested groups", (i: number) => `[g${i}:children]\ng${i + 1}`, 5000],
  [
    "groups with two ways down each",
    (i: number) => `[g${i}:children]\na${i}\nb${i}\n[a${i}:children]\ng${i + 1}\n[b${i}:children]\ng${i + 1}`,
    100,
  ],
] as const)("%s are read in a moment, in either order", (_title, section, count) => {
  const sections = Array.from({ length: count }, (_, i) => section(i));
  const last = `[g${count}]\nh1\n[g${count}:vars]\nx=1`;
  for (const lines of [
    [...sections, last],
    [last, ...sections.toReversed()],
  ]) {
    const started = performance.now();
    expect(parseInventory(lines.join("\n"), "i").inventory.hosts[0]?.vars).toEqual({ x: 1 });
    expect(performance.now() - started).toBeLessThan(10_000);
  }
});
