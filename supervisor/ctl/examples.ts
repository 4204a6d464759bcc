import type { Examples } from "../../shared/clear-help.ts";

/** Two lines for each command that takes something, as somebody would write them. */
export const clientExamples: Examples = {
  status: [
    ["longshorectl status", "every task"],
    ["longshorectl status web --json", "one task; exit code 3 where it is not running"],
  ],
  start: [
    ["longshorectl start web", "returns when it runs"],
    ["longshorectl start 'worker-*' --no-wait", "all that the pattern matches"],
  ],
  stop: [
    ["longshorectl stop web", "returns when it has ended"],
    ["longshorectl stop all", "what depends on others first"],
  ],
  restart: [
    ["longshorectl restart web", "stops and starts it"],
    ["longshorectl restart worker --rolling", "one instance after the other"],
  ],
  signal: [
    ["longshorectl signal web HUP", "by name"],
    ["longshorectl signal web 10", "by number"],
  ],
  run: [
    ["longshorectl run backup", "begins it now"],
    ["longshorectl run backup --wait", "exits with its exit code"],
  ],
  cancel: [
    ["longshorectl cancel backup", "ends the present run; the next one comes at its time"],
    ["longshorectl cancel backup --no-wait", "returns at once"],
  ],
  history: [
    ["longshorectl history backup", "its last runs"],
    ["longshorectl history backup -n 100 --json", "more of them, for a program"],
  ],
  next: [
    ["longshorectl next", "when each job runs next"],
    ["longshorectl next backup -n 20", "twenty times of one"],
  ],
  logs: [
    ["longshorectl logs web -f", "what it wrote last, and goes on"],
    ["longshorectl logs web --since 10m -t", "ten minutes, with the times"],
  ],
  events: [
    ["longshorectl events -f", "what happens, as it happens"],
    ["longshorectl events -n 500 --json", "for a program"],
  ],
  reload: [
    ["longshorectl reload --dry-run", "what a new tasks.yaml would change"],
    ["longshorectl reload nginx", "has one task read its own configuration again"],
  ],
};
