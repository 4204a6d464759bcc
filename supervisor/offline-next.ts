import { hostname } from "node:os";
import { suggestWord } from "../shared/suggest.ts";
import { UserError } from "../shared/user-error.ts";
import { loadTasks } from "./config/files/load.ts";
import { toJobSpec } from "./core/jobs/job-spec.ts";
import { listDueOf } from "./core/jobs/list-next.ts";
import type { NextResponse } from "./protocol/job.ts";

const week = 7 * 86_400_000;
/** More times than this are a mistake in `--until` rather than an answer. */
const mostDays = 366 * 20;

/**
 * Every due time of the jobs of a file, or of one of them: what the scheduler itself would do with jobs that are new.
 * @throws UserError for a bad file, time or name
 */
export async function listOffline(
  file: string,
  job: string | undefined,
  options: { readonly from?: string; readonly until?: string },
  now: Date,
): Promise<NextResponse> {
  const from = options.from === undefined ? now.getTime() : readTime("--from", options.from);
  const until = options.until === undefined ? from + week : readTime("--until", options.until);
  if (until - from > mostDays * 86_400_000) {
    throw new UserError(
      "bad_time",
      `cannot list the times until ${options.until}: that is more than 20 years`,
    );
  }
  const { tasks, groups } = await loadTasks(file);
  const specs = Object.entries(tasks).flatMap(([task, settings]) => {
    const spec = toJobSpec(
      { task, settings, offReason: null },
      { groups },
      process.env.LONGSHORE_HOST || hostname(),
    );
    return spec === undefined ? [] : [spec];
  });
  const wanted = job === undefined ? specs : specs.filter((spec) => spec.job === job);
  if (job !== undefined && wanted.length === 0) {
    const near = suggestWord(
      job,
      specs.map((spec) => spec.job),
    );
    const hint = near === undefined ? undefined : `did you mean "${near}"?`;
    throw new UserError("unknown_task", `${file} has no job named ${JSON.stringify(job)}`, { hint });
  }
  return { times: listDueOf(wanted, from, until) };
}

function readTime(option: string, text: string): number {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  const hint = "write it like 2026-03-29, 2026-03-29T03:00 or 2026-03-29T01:00Z";
  throw new UserError("bad_time", `cannot read ${option} ${text}: it is no time`, { hint });
}
