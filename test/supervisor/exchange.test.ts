import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { exchange, type Question } from "../../supervisor/ctl/exchange.ts";

const folder = mkdtempSync(join(tmpdir(), "exchange-"));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

async function listen(server: Server): Promise<string> {
  const path = join(folder, `${servers.push(server)}.sock`);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

/** A server that answers every connection with these pieces, each after the one before has left, and hangs up. */
function answering(...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  return listen(
    createServer((socket) => {
      const send = (index: number): void => {
        const piece = pieces[index];
        if (piece === undefined) socket.end();
        else socket.write(piece, () => setImmediate(send, index + 1));
      };
      socket.once("data", () => send(0));
    }),
  );
}

const question = { method: "GET", path: "/v1/tasks?name=a", body: undefined } as const;
const ask = (path: string, asked: Question = question) => exchange(() => connect(path), asked);
const text = '{"name":"größe"}\n';
const complete = Buffer.from(
  `HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
);

describe("exchange", () => {
  it("puts a request to an HTTP server as it is", async () => {
    const path = await listen(
      createHttpServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const { method, url } = request;
        response.statusCode = 418;
        response.end(JSON.stringify({ method, url, body: Buffer.concat(chunks).toString() }));
      }),
    );
    const asked = { method: "POST", path: "/v1/stop", body: '{"names":["é"]}' } as const;
    const { status, body } = await ask(path, asked);
    expect([status, JSON.parse(body)]).toEqual([418, { method: "POST", url: "/v1/stop", body: asked.body }]);
    expect(JSON.parse((await ask(path)).body)).toEqual({
      method: "GET",
      url: question.path,
      body: "",
    });
  });

  it("reads an answer in whatever pieces it comes", async () => {
    const cuts = fc.uniqueArray(fc.nat({ max: complete.length }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [...places.sort((a, b) => a - b), complete.length];
        const pieces = ends.map((end, index) => complete.subarray(ends[index - 1] ?? 0, end));
        expect(await ask(await answering(...pieces))).toEqual({ status: 404, body: text });
      }),
      { numRuns: 50 },
    );
  });

  it("takes no answer that is cut short", async () => {
    for (let length = 0; length < complete.length; length++) {
      const path = await answering(complete.subarray(0, length));
      await expect(ask(path), `after ${length} bytes`).rejects.toMatchObject({
        code: "ECONNRESET",
      });
    }
  });

  it.each([
    ["what is not HTTP", "SSH-2.0-OpenSSH_10.0\r\n\r\n", "EPROTO"],
    ["an empty answer", "", "ECONNRESET"],
  ])("refuses %s", async (_title, answer, code) => {
    await expect(ask(await answering(answer))).rejects.toMatchObject({ code });
  });

  it("says that nobody listens", async () => {
    await expect(ask(join(folder, "nobody"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
