import { expect, test } from "vitest";
import { askAnsible, findAnsible } from "./ansible.ts";
import { readCorpus, readRecorded } from "./corpus.ts";

test("the Ansible of this machine says what was recorded", { timeout: 600_000 }, async ({ skip }) => {
  const ansible = await findAnsible();
  if ("missing" in ansible) {
    console.log(`skipped: the comparison with Ansible itself: ${ansible.missing}`);
    return skip(ansible.missing);
  }
  expect(await askAnsible(ansible.python, readCorpus())).toEqual(readRecorded());
});
