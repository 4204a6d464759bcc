import { expect, test } from "vitest";
import { askAnsible, findAnsible } from "./ansible.ts";
import { readCorpus, readRecorded } from "./corpus.ts";

const ansible = findAnsible();
if ("missing" in ansible) console.log(`skipped: the comparison with Ansible itself: ${ansible.missing}`);

test.skipIf("missing" in ansible)(
  "the Ansible of this machine says what was recorded",
  { timeout: 300_000 },
  () => {
    const { python } = ansible as { python: string };
    expect(askAnsible(python, readCorpus())).toEqual(readRecorded());
  },
);
