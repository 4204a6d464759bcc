import type { Examples } from "../shared/clear-help.ts";

/** Two lines for each command of longshored that takes something. */
export const daemonExamples: Examples = {
  longshored: [
    ["longshored tasks.yaml", "runs the tasks of a file"],
    ["longshored tasks.yaml --shell", "with a prompt for it"],
  ],
  check: [
    ["longshored check tasks.yaml", "says what is wrong with it, all at once"],
    ["longshored check", "that of /etc/longshore"],
  ],
  next: [
    ["longshored next tasks.yaml", "the jobs of the coming week"],
    ["longshored next tasks.yaml backup --until 2030-01-01", "one job, until a day"],
  ],
  init: [
    ["longshored init", "writes tasks.yaml"],
    ["longshored init jobs.yaml", "under another name"],
  ],
  convert: [
    ["longshored convert supervisord.conf > tasks.yaml", "tells by itself what the file is"],
    ["longshored convert jobs.txt --from crontab", "a file that does not look like one"],
  ],
};
