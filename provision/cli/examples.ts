import type { Examples } from "../../shared/clear-help.ts";

/** Two lines for each command, as somebody would write them. */
export const EXAMPLES: Examples = {
  up: [
    ["longshore up", "all hosts of inventory.ini, the stack in compose/site"],
    ["longshore up --stack compose/shop --limit staging", "another stack, on the hosts of one group"],
  ],
  provision: [
    ["longshore provision --check --diff", "what would be done; exit code 2 when there is something"],
    ["longshore provision --limit web1 --upgrade", "one host, with Docker's newest packages"],
  ],
  deploy: [
    ["longshore deploy --check --diff", "what would change"],
    ["longshore deploy --serial 1,50%,100%", "one host first, then half of them, then the rest"],
  ],
  status: [
    ["longshore status", "what runs on every host"],
    ["longshore status --stack compose/site --json", "one stack, for a program"],
  ],
  drift: [
    ["longshore drift", "exit code 2 where a host is not as wanted"],
    ["longshore drift --limit web --json", "the hosts of one group, for a program"],
  ],
  audit: [
    ["longshore audit", "who changed what, from where and when"],
    ["longshore audit --limit web1 --lines 100", "the last hundred changes of one host"],
  ],
  down: [
    ["longshore down --check", "what would be removed"],
    ["longshore down --stack compose/shop --limit web2", "one stack from one host; asks for its name"],
  ],
  ping: [
    ["longshore ping", "does every host let us in, and let us become root?"],
    ["longshore ping --limit 'all,!db1' --ask-become-pass", "all but one, with sudo's password"],
  ],
  "hosts trust": [
    ["longshore hosts trust", "shows the keys that are not known yet, and asks"],
    [
      "longshore hosts trust --limit web1 --fingerprint SHA256:…",
      "the key that the provider's console shows",
    ],
  ],
  inventory: [
    ["longshore inventory --graph", "groups and hosts as a tree"],
    ["longshore inventory --host web1", "the variables of one host"],
  ],
};
