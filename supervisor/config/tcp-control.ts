import * as z from "zod";

const Tls = z.strictObject({
  cert: z.string(),
  key: z.string(),
  /** clients need a certificate of this authority (mutual TLS) */
  client_ca: z.string().optional(),
});

/** The control API over TCP, for those who cannot use the socket. */
export const TcpControl = z
  .strictObject({
    /** `127.0.0.1:9001` */
    listen: z.string().regex(/^.+:\d{1,5}$/, "expected host:port"),
    /** a file that holds the token which requests carry as `Authorization: Bearer …` */
    token_file: z.string().optional(),
    tls: Tls.optional(),
  })
  .refine((control) => control.token_file !== undefined || control.tls?.client_ca !== undefined, {
    message: "needs a token_file, or tls with a client_ca: whoever may use it can run commands",
  });
export type TcpControl = z.infer<typeof TcpControl>;
