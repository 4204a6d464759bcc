import type { JobRecord } from "./job-record.ts";

/** What happened, for the supervisor's log; null for what is as it should be. */
export function describeRecord(record: JobRecord): string | null {
  switch (record.type) {
    case "passed_over": {
      const due = new Date(record.due).toISOString();
      const which = record.count === 1 ? `the run of ${due}` : `${record.count} runs from ${due} on`;
      return `${which} ${record.count === 1 ? "is" : "are"} ${record.outcome}: ${record.reason}`;
    }
    case "queued":
      return `run ${record.run} (${record.trigger}) is queued: ${record.reason}`;
    case "begun":
      return `run ${record.run} (${record.trigger}) begins`;
    case "dropped":
      return `run ${record.run} does not begin: ${record.reason}`;
    case "ended": {
      const reason = record.reason === null ? "" : `: ${record.reason}`;
      return `run ${record.run} ${record.outcome.replace("_", " ")}${reason}`;
    }
    default:
      return null;
  }
}
