import { dirname, isAbsolute, join } from "node:path";
import { readLimited } from "../../../shared/io/read-limited.ts";
import { toUserErrors } from "../../../shared/problem.ts";
import { listSupervisordIncludes, type SupervisordSources } from "../dialects/supervisord.ts";
import { tasksFileLimits } from "../tasks-files.ts";
import { listMatches } from "./include.ts";

/**
 * A supervisord.conf with the files that it includes, which cannot include others.
 * @param inherited the variables that its patterns may hold
 * @throws the system's error for a file that cannot be read; UserErrors for a pattern that cannot
 */
export async function readSupervisordFiles(
  text: string,
  file: string,
  inherited: Readonly<Record<string, string | undefined>>,
): Promise<SupervisordSources> {
  const { patterns, place, notes } = listSupervisordIncludes({ file, text }, inherited);
  if (notes.problems.length > 0) throw toUserErrors("convert", notes.problems);
  const texts = [{ file, text }];
  const unmatched: { pattern: string; place: typeof place }[] = [];
  for (const pattern of patterns) {
    const found = await listMatches(isAbsolute(pattern) ? pattern : join(dirname(file), pattern));
    const read = await Promise.all(found.map(readIfThere));
    const there = read.flatMap((each) => each ?? []);
    if (there.length === 0) unmatched.push({ pattern, place });
    texts.push(...there);
  }
  return { texts, unmatched };
}

/** A pattern without wildcards may name what is not there, and then means nothing. */
async function readIfThere(path: string): Promise<{ file: string; text: string } | undefined> {
  try {
    return { file: path, text: (await readLimited(path, tasksFileLimits)).toString("utf8") };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
