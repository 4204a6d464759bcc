import { expect, it } from "vitest";
import { TcpControl } from "../../../../supervisor/config/tcp-control.ts";

const tls = { cert: "/cert", key: "/key" };

it.each([
  ["127.0.0.1:9", false, true],
  ["127.1.2.3:9", false, true],
  ["localhost:9", false, true],
  ["[::1]:9", false, true],
  ["0.0.0.0:9", false, false],
  ["[::]:9", false, false],
  ["10.0.0.1:9", false, false],
  ["example.org:9", false, false],
  ["127.example.org:9", false, false],
  ["localhost.example.org:9", false, false],
  ["[::ffff:10.0.0.1]:9", false, false],
  ["0.0.0.0:9", true, true],
])("control at %s, with TLS: %s, is taken: %s", (listen, hasTls, isTaken) => {
  const settings = { listen, token_file: "/token", ...(hasTls ? { tls } : {}) };
  const { success, error } = TcpControl.safeParse(settings);
  expect(success).toBe(isTaken);
  if (!isTaken)
    expect(error?.issues[0]).toMatchObject({
      path: ["listen"],
      message: expect.stringContaining("needs tls"),
    });
});
