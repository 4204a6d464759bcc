import ssh2, { type ParsedKey, type SigningRequestOptions } from "ssh2";

const ANSWER_MS = 5000;

/**
 * The keys of an agent; none where no agent answers, as with ssh. Keys that ssh2 does not know (sk-…) are passed over.
 *
 * @param socket undefined for no agent
 */
export async function listAgentKeys(socket: string | undefined): Promise<ParsedKey[]> {
  if (socket === undefined) return [];
  return new Promise((resolve) => {
    // one that hangs is one way less
    setTimeout(() => resolve([]), ANSWER_MS).unref();
    ssh2.createAgent(socket).getIdentities((_error, keys) => {
      const parsed = (keys ?? []).map((key) => ssh2.utils.parseKey(key as ParsedKey));
      resolve(parsed.flatMap((key) => (key instanceof Error ? [] : [key])));
    });
  });
}

/** Has an agent sign with one of its keys. Rejects where it does not: it may ask its owner, who may say no. */
export function signByAgent(
  socket: string,
  key: ParsedKey,
  data: Buffer,
  options: SigningRequestOptions,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    ssh2.createAgent(socket).sign(key, data, options, (error, signature) => {
      if (signature === undefined) reject(error ?? new Error("the agent did not sign"));
      else resolve(signature);
    });
  });
}
