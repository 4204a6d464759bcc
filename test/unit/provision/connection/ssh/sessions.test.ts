import fc from "fast-check";
import { expect, test } from "vitest";
import { Sessions } from "../../../../../provision/connection/ssh/sessions.ts";

/** An sshd that allows so many sessions at a time. */
class Sshd {
  private open = 0;
  most = 0;

  constructor(readonly limit: number) {}

  tryOpen(): boolean {
    if (this.open === this.limit) return false;
    this.open++;
    this.most = Math.max(this.most, this.open);
    return true;
  }

  close(): void {
    this.open--;
  }
}

/** Runs a command as a connection does, and resolves when it has ended. */
async function runCommand(sessions: Sessions, sshd: Sshd): Promise<void> {
  for (;;) {
    const others = await sessions.take(false);
    if (others === undefined) throw new Error("no session becomes free");
    await Promise.resolve();
    if (!sshd.tryOpen()) {
      sessions.refuse(false, others);
      continue;
    }
    await Promise.resolve();
    sshd.close();
    sessions.give(false);
    return;
  }
}

test("whatever the host allows, every command gets its turn", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 20 }),
      async (limit, count) => {
        const sshd = new Sshd(limit);
        const sessions = new Sessions();
        await Promise.all(Array.from({ length: count }, () => runCommand(sessions, sshd)));
        expect(sshd.most).toBeLessThanOrEqual(limit);
      },
    ),
  );
});

test("where all sessions are held, nobody waits for one", async () => {
  const sessions = new Sessions();
  expect(await sessions.take(true)).toBe(0);
  expect(await sessions.take(false)).toBe(1);
  sessions.refuse(false, 1);
  expect(await sessions.take(false)).toBeUndefined();
  sessions.give(true);
  expect(await sessions.take(false)).toBe(0);
});

test("who waits hears of it when the last free one is held", async () => {
  const sessions = new Sessions();
  await sessions.take(false);
  await sessions.take(false);
  sessions.refuse(false, 1);
  const held = sessions.take(true);
  const waiting = sessions.take(false);
  sessions.give(false);
  expect(await held).toBe(0);
  expect(await waiting).toBeUndefined();
});
