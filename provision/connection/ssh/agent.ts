import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import ssh2, { type BaseAgent, type ParsedKey, type SigningRequestOptions } from "ssh2";

/** Milliseconds in which an agent has to list its keys. */
export const LIST_MS = 5000;

/** It may ask its owner, or for a touch; no sshd waits longer by default (LoginGraceTime). */
const SIGN_MS = 120_000;

type OnStream = (error?: Error | null, stream?: Duplex) => void;

/**
 * An agent of ssh2, and what ends its connection: ssh2 leaves that open where no answer comes, and the program would not end.
 */
function openAgent(socket: string): { agent: BaseAgent; close(): void } {
  const agent = ssh2.createAgent(socket) as BaseAgent & { getStream(done: OnStream): void };
  const open = agent.getStream.bind(agent);
  const streams: Duplex[] = [];
  agent.getStream = (done) =>
    open((error, stream) => {
      if (stream !== undefined) streams.push(stream);
      if (stream instanceof Socket) stream.unref();
      done(error, stream);
    });
  const close = () => {
    for (const stream of streams) stream.destroy();
  };
  return { agent, close };
}

/**
 * The keys of an agent; none where there is no agent, as with ssh. Keys that ssh2 does not know (sk-…) are passed over.
 *
 * @param socket undefined for no agent
 * @returns undefined where it has not answered within {@link LIST_MS}: one that hangs is one way less
 */
export async function listAgentKeys(socket: string | undefined): Promise<ParsedKey[] | undefined> {
  if (socket === undefined) return [];
  const { agent, close } = openAgent(socket);
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(undefined);
      close();
    }, LIST_MS);
    agent.getIdentities((_error, keys) => {
      clearTimeout(timer);
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
  const { agent, close } = openAgent(socket);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`the agent has not signed within ${SIGN_MS / 1000} s`));
      close();
    }, SIGN_MS);
    timer.unref();
    agent.sign(key, data, options, (error, signature) => {
      clearTimeout(timer);
      if (signature === undefined) reject(error ?? new Error("the agent did not sign"));
      else resolve(signature);
    });
  });
}
