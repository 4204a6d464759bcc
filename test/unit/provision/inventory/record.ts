/** Records what the installed Ansible makes of the corpus: `npx tsx test/unit/provision/inventory/record.ts` after a change of it. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { askAnsible, findAnsible } from "./ansible.ts";
import { RECORDED_FILE, readCorpus } from "./corpus.ts";

const ansible = await findAnsible();
if ("missing" in ansible) throw new Error(ansible.missing);
writeFileSync(RECORDED_FILE, JSON.stringify(await askAnsible(ansible.python, readCorpus())));
execFileSync("npx", ["biome", "format", "--write", RECORDED_FILE], { stdio: "inherit" });
