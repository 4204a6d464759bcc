import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useDaemons } from "./daemon.ts";
import { startLongshored } from "./differential/longshored-subject.ts";
import { type Owner, type Scenario, scenarios } from "./differential/scenarios.ts";
import { reach, type Subject } from "./differential/subject.ts";
import { isSupervisordInstalled, startSupervisord } from "./differential/supervisord-subject.ts";

useDaemons();

const owners: readonly Owner[] = ["supervisord", "longshored"];
const folder = mkdtempSync(`${tmpdir()}/longshore-differential-`);
/** What was seen, by owner and program; an Error where a state was never reached. */
const observed = new Map<string, readonly string[] | Error>();

/** One supervisord.conf for each supervisor: they differ in nothing but the folder that the scripts use. */
function writePrograms(owner: Owner): string {
  const sections = Object.entries(scenarios).map(([name, { script, keys }]) => {
    const own = `${folder}/${owner}/${name}`;
    mkdirSync(own, { recursive: true });
    writeFileSync(`${own}/script`, `F=${own}\n${script}\n`);
    const all = { command: `/bin/sh ${own}/script`, stdout_logfile: "NONE", stderr_logfile: "NONE", ...keys };
    return [`[program:${name}]`, ...Object.entries(all).map(([key, value]) => `${key}=${value}`), ""].join(
      "\n",
    );
  });
  return sections.join("\n");
}

/** The states come by another way than the answers to commands: those that are expected may be a moment late. */
async function observe(owner: Owner, subject: Subject, name: string, scenario: Scenario): Promise<string[]> {
  const extra = (await scenario.act(subject, name, `${folder}/${owner}/${name}`)) ?? [];
  const states = expectedOf(scenario, owner).length - extra.length;
  await reach(subject, name, (sequence) => sequence.length >= states, 5_000).catch(() => {});
  return [...subject.sequenceOf(name), ...extra];
}

/** After everything else: SIGHUP with the file as it was, then SIGTERM. */
async function reloadAndEnd(owner: Owner, subject: Subject): Promise<string[]> {
  const pid = await subject.pidOf("stopped");
  const starts = subject.sequenceOf("stopped").length;
  await subject.hangUp();
  if (owner === "supervisord")
    await reach(subject, "stopped", (states) => states.length > starts && states.at(-1) === "running");
  const fate = (await subject.pidOf("stopped")) === pid ? "keeps its process" : "gets another process";
  const exitCode = await subject.end();
  return [fate, `exit code ${exitCode}`];
}

function expectedOf({ expected }: Scenario, owner: Owner): readonly string[] {
  return "because" in expected ? expected[owner] : expected;
}

const isPossible = isSupervisordInstalled();
if (!isPossible) console.log("no supervisord to compare with: apt-get install supervisor");

beforeAll(async () => {
  if (!isPossible) return;
  await Promise.all(
    owners.map(async (owner) => {
      const programs = writePrograms(owner);
      const subject =
        owner === "supervisord" ? startSupervisord(folder, programs) : startLongshored(programs);
      await subject.ready;
      const acts = Object.entries(scenarios).map(async ([name, scenario]) => {
        const result = await observe(owner, subject, name, scenario).catch((error: Error) => error);
        observed.set(`${owner} ${name}`, result);
      });
      await Promise.all(acts);
      observed.set(`${owner} reload`, await reloadAndEnd(owner, subject).catch((error: Error) => error));
    }),
  );
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!isPossible).each(Object.entries(scenarios))("%s", (name, scenario) => {
  const { expected } = scenario;

  it.each(owners)(`a program that ${scenario.title}: %s`, (owner) => {
    expect(observed.get(`${owner} ${name}`)).toEqual(expectedOf(scenario, owner));
  });

  it.runIf("because" in expected)("differs on purpose, and docs/supervisord.md says why", () => {
    const reason = "because" in expected ? expected.because : "";
    expect(readFileSync("docs/supervisord.md", "utf8")).toContain(`**${reason}.**`);
  });
});

it.skipIf(!isPossible)("a reload touches what has changed, which supervisord's SIGHUP does not", () => {
  expect(observed.get("supervisord reload")).toEqual(["gets another process", "exit code 0"]);
  expect(observed.get("longshored reload")).toEqual(["keeps its process", "exit code 0"]);
  expect(readFileSync("docs/supervisord.md", "utf8")).toContain("**A reload touches what has changed.**");
});
