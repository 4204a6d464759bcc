import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import { openLocalConnection } from "../../../../provision/connection/local.ts";
import type { Action } from "../../../../provision/fleet/action.ts";
import { planRemove } from "../../../../provision/rollout/remove.ts";
import { recordCommands } from "../connection/recording-connection.ts";
import { makeFolder } from "../image/folder.ts";

const FOUND = `container aaa site /opt/longshore/site
container bbb - /opt/longshore/site
network n1
volume site_letsencrypt
volume site_state
image longshore/site/web:abc
image longshore/site/web:def
folder /opt/longshore/site
`;

/** A host where this is found, and where whoever asks for the stack's lock is told that. */
function hostWith(found: string, lock: "locked" | "busy") {
  const recording = recordCommands(({ text }) => (text.startsWith("site ") ? { stdout: found } : undefined));
  const asked: (readonly string[])[] = [];
  const openProcess = async (argv: readonly string[]) => {
    asked.push(argv);
    const holder = new PassThrough();
    holder.write(`${lock}\n`);
    return holder;
  };
  return { ...recording, openProcess, asked };
}

/** What is planned and run on a host where this is found. */
async function remove(found: string, volumes: boolean) {
  const connection = hostWith(found, "locked");
  const actions: Action[] = await planRemove("site", { volumes })(connection);
  const notes: string[] = [];
  const context = { progress: () => {}, tell: () => {}, note: (text: string) => notes.push(text) };
  for (const action of actions) await action.run(context);
  return {
    titles: actions.map(({ title }) => title),
    notes,
    commands: connection.commands.slice(1),
    locks: connection.asked.length,
  };
}

test("containers, images and the folder go; volumes stay, and it says so", async () => {
  const { titles, notes, commands } = await remove(FOUND, false);
  expect(titles).toEqual([
    "containers aaa, bbb",
    "images longshore/site/web:abc, longshore/site/web:def",
    "folder /opt/longshore/site",
  ]);
  expect(notes).toEqual(["kept the volumes site_letsencrypt, site_state; remove them with --volumes"]);
  expect(commands.map(({ text }) => text)).toEqual([
    "docker compose --project-name site down",
    "docker image rm longshore/site/web:abc longshore/site/web:def",
    "/opt/longshore/site site",
  ]);
  expect(commands.every(({ become }) => become)).toBe(true);
});

test("with --volumes they go too, after the containers that use them", async () => {
  const { titles, notes } = await remove(FOUND, true);
  expect(titles.slice(0, 2)).toEqual(["containers aaa, bbb", "volumes site_letsencrypt, site_state"]);
  expect(notes).toEqual([]);
});

test("the stack's lock is taken once, and only where there is something to remove", async () => {
  expect((await remove(FOUND, true)).locks).toBe(1);
  expect((await remove("", true)).locks).toBe(0);
});

test.each([0, 1, 2, 3])("under a deploy nothing is removed: action %d", async (index) => {
  const connection = hostWith(FOUND, "busy");
  const actions = await planRemove("site", { volumes: true })(connection);
  const context = { progress: () => {}, tell: () => {}, note: () => {} };
  await expect(actions[index]?.run(context)).rejects.toMatchObject({ code: "deploy_locked" });
  expect(connection.commands).toHaveLength(1);
});

test("somebody else's project of that name is left alone", async () => {
  const found = "container site-web-1 - /home/anna/my site\ncontainer site-db-1 site /opt/longshore/site\n";
  await expect(remove(found, false)).rejects.toMatchObject({
    code: "stack_taken",
    message: expect.stringContaining("(site-web-1, from /home/anna/my site)"),
  });
});

test.each([
  ["", false, []],
  ["folder /opt/longshore/site\n", false, ["folder /opt/longshore/site"]],
  ["volume site_state\n", false, []],
  ["volume site_state\n", true, ["volumes site_state"]],
  ["network n1\n", false, ["networks n1"]],
])("%j with volumes %s: %j", async (found, volumes, expected) => {
  expect((await remove(found, volumes)).titles).toEqual(expected);
});

test("only what carries the stack's own names is looked for", async () => {
  using folder = makeFolder({
    "bin/docker": { mode: 0o755, text: '#!/bin/sh\necho "$*" >> "$ASKED"\n' },
    asked: "",
  });
  vi.stubEnv("PATH", `${join(folder.path, "bin")}:${process.env.PATH}`);
  vi.stubEnv("ASKED", join(folder.path, "asked"));
  const here = openLocalConnection("here", { needed: false });
  expect(await planRemove("longshore-no-such-stack", { volumes: true })(here)).toEqual([]);
  vi.unstubAllEnvs();
  const { stdout } = await here.exec(["cat", join(folder.path, "asked")]);
  const label = "--filter label=com.docker.compose.project=longshore-no-such-stack";
  expect(stdout.trim().split("\n").sort()).toEqual([
    "image ls --format {{.Repository}}:{{.Tag}} --filter reference=longshore/longshore-no-such-stack/*",
    `network ls --format {{.Name}} ${label}`,
    `ps -a ${label} --format {{.Names}} {{or (.Label "longshore.stack") "-"}} {{.Label "com.docker.compose.project.working_dir"}}`,
    `volume ls -q ${label}`,
  ]);
});
