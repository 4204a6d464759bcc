import { setTimeout as sleep } from "node:timers/promises";

/** How long one request may take, and how long to wait before each further try (ms). */
const requestTimeout = 10_000;
const waits = [0, 2_000, 10_000] as const;

/**
 * Sends a POST, up to three times.
 * @returns why it did not arrive, or null
 */
export async function post(url: string, body: string, contentType: string): Promise<string | null> {
  let reason: string | null = null;
  for (const wait of waits) {
    if (wait > 0) await sleep(wait, undefined, { ref: false });
    reason = await tryPost(url, body, contentType);
    if (reason === null) return null;
  }
  return reason;
}

async function tryPost(url: string, body: string, contentType: string): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: { "content-type": contentType, "user-agent": "longshored" },
      signal: AbortSignal.timeout(requestTimeout),
    });
    await answer.body?.cancel();
    return answer.ok ? null : `it answered ${answer.status}`;
  } catch (error) {
    const { cause, message } = error as Error;
    return (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
  }
}

/**
 * The address that tells a healthchecks.io server what happened (https://healthchecks.io/docs/http_api/).
 * @param rid connects the start and the end of a run: a UUID
 */
export function pingAddress(url: string, kind: "start" | "success" | "fail", rid: string): string {
  const address = new URL(url);
  if (kind !== "success") address.pathname = `${address.pathname.replace(/\/$/, "")}/${kind}`;
  address.searchParams.set("rid", rid);
  return address.href;
}
