import * as z from "zod";
import { addressForm, parseAddress } from "./task/address.ts";

const Tls = z.strictObject({
  cert: z.string(),
  key: z.string(),
  client_ca: z.string().optional().describe("clients need a certificate of this authority (mutual TLS)"),
});

/** The control API over TCP, for those who cannot use the socket. */
export const TcpControl = z
  .strictObject({
    listen: z.string().regex(addressForm, "expected host:port").describe("`127.0.0.1:9001` or `[::1]:9001`"),
    token_file: z
      .string()
      .optional()
      .describe("a file that holds the token which requests carry as `Authorization: Bearer …`"),
    tls: Tls.optional(),
  })
  .refine((control) => control.token_file !== undefined || control.tls?.client_ca !== undefined, {
    message: "needs a token_file, or tls with a client_ca: whoever may use it can run commands",
  })
  .refine(({ listen, tls }) => tls !== undefined || isLoopback(listen), {
    path: ["listen"],
    message:
      "needs tls: others can read what goes over that network, the token also. Listen at 127.0.0.1, or give tls a cert and a key",
  })
  .meta({
    anyOf: [
      { required: ["token_file"] },
      { required: ["tls"], properties: { tls: { required: ["client_ca"] } } },
    ],
  });
export type TcpControl = z.infer<typeof TcpControl>;

/** Whether only this machine reaches an address. A name may mean anything, `localhost` excepted. */
function isLoopback(listen: string): boolean {
  const host = parseAddress(listen)?.host ?? "";
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
