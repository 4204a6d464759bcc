import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, test } from "vitest";
import { type Batch, streamNdjson } from "../../../../supervisor/control/ndjson.ts";

test("a reader that stalls is cut off, and costs no more from then on", async () => {
  let isFollowed = false;
  let take: (batch: Batch) => void = () => {};
  const server = createServer((_, response) => {
    const follow = (taker: typeof take) => {
      take = taker;
      isFollowed = true;
      return () => {
        isFollowed = false;
      };
    };
    streamNdjson({ past: [], follow }).stream(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.on("error", () => {});
  try {
    client.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await once(client, "readable");
    expect(isFollowed).toBe(true);
    const line = Buffer.from(`{"line":"${"x".repeat(1_000_000)}"}\n`);
    // The kernel takes some of it; the rest would be held here.
    let given = 0;
    for (; isFollowed && given < 100; given += 1) {
      take({ count: () => 1, pieces: () => [{ count: 1, lines: () => line }] });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isFollowed).toBe(false);
  } finally {
    client.destroy();
    server.close();
  }
});
