import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../shared/user-error.ts";
import type { Answer } from "./endpoint.ts";

/** What became of asking all endpoints. */
export interface EndpointAnswers {
  answers: Answer[];
  /** a sentence for each that failed: URL, host, and status or reason of the last try */
  failures: string[];
}

/** Between two tries of one endpoint (ms). */
const PAUSE_MS = 500;

/**
 * Asks every endpoint, all at the same time. One that fails is asked again until the time is over: an app that has just been
 * reloaded may need a moment.
 *
 * @param ask one request; throws a UserError where it fails
 * @param seconds 0: each is asked once
 */
export async function askEndpoints(
  urls: readonly string[],
  ask: (url: string) => Promise<Answer>,
  seconds: number,
): Promise<EndpointAnswers> {
  const deadline = Date.now() + seconds * 1000;
  const results = await Promise.all(urls.map((url) => askOne(url, ask, deadline)));
  return {
    answers: results.filter((result) => typeof result !== "string"),
    failures: results.filter((result) => typeof result === "string"),
  };
}

async function askOne(
  url: string,
  ask: (url: string) => Promise<Answer>,
  deadline: number,
): Promise<Answer | string> {
  for (;;) {
    try {
      return await ask(url);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (error.code !== "endpoint_failed") throw error;
      if (Date.now() + PAUSE_MS >= deadline) return error.message;
    }
    await sleep(PAUSE_MS);
  }
}
