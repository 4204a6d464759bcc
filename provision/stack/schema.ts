import * as z from "zod";
import { Text } from "../../shared/written.ts";
import { Roles } from "./role.ts";

/** `""` counts as "not given": `${acme_email:-}` is how a setting is left to the inventory. */
const optionalText = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text.trim() === "" ? undefined : text.trim()));

const domain = z
  .string()
  .max(253)
  .regex(/^(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$|^[0-9a-fA-F:.]+$/, "is not a domain name");

/** A list, or one string separated by commas or spaces. */
const domains = z.preprocess(
  (value) => (typeof value === "string" ? value.split(/[\s,]+/).filter((part) => part !== "") : value),
  z.array(domain).min(1, "is empty: name at least one domain"),
);

const TlsMode = z.enum(["acme", "self-signed", "off"]);

/** The map form of `tls`. */
export const TlsObject = z.strictObject({
  mode: TlsMode.default("self-signed"),
  domains: domains.default(["localhost"]),
  email: optionalText,
  server: z.preprocess(
    (value) => (value === "" ? undefined : value),
    z.url({ protocol: /^https?$/ }).default("https://acme-v02.api.letsencrypt.org/directory"),
  ),
  /** root certificate of a private ACME server: a PEM file on the operator's machine, relative to compose.yaml */
  ca_file: optionalText,
  /** the job of tasks.yaml that issues and renews */
  job: z.string().default("certificate"),
});

/** Certificates of a stack: `tls: self-signed`, or a map. */
export const TlsSettings = z
  .union([TlsMode.transform((mode) => TlsObject.parse({ mode })), TlsObject])
  .prefault({});
export type TlsSettings = z.infer<typeof TlsObject>;

// What came out of a variable is text, as in Compose.
const count = z.preprocess(
  (value) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value),
  z.number().int().positive(),
);
const flag = z.preprocess(
  (value) => (value === "true" ? true : value === "false" ? false : value),
  z.boolean(),
);

const isPlainName = (name: string) => /^[\w.-]+$/.test(name) && name !== "." && name !== "..";

const secretPath = z
  .string()
  .refine((path) => path.split("/").every(isPlainName), "must be a file below secrets/");

/** Written to /etc/longshore by deploy itself. */
const RESERVED = ["release.json", "acme-ca.pem"];

const configFile = z
  .string()
  .refine(isPlainName, "must be a plain file name")
  .refine((name) => !RESERVED.includes(name), "is a name that deploy needs for a file of its own");

/** A file of `secrets/`. */
export const SecretFile = z.union([
  secretPath.transform((file) => ({ file, required: true })),
  z.strictObject({ file: secretPath, required: flag.default(true) }),
]);
export type SecretFile = z.infer<typeof SecretFile>;

/** The `x-longshore` block of compose.yaml, as it is written. */
export const StackBlock = z.strictObject({
  /** the service whose PID 1 is longshored; a stack may have none */
  supervisor: z.string().optional(),
  /** files of the stack's folder that are mounted at /etc/longshore; a change is a reload */
  config: z.array(configFile).optional(),
  secrets: z.array(SecretFile).default([]),
  tls: TlsSettings,
  /** URLs that deploy requests at the end */
  endpoints: z.array(z.url({ protocol: /^https?$/ })).default([]),
  /** how long deploy waits for the containers to be healthy */
  deploy_timeout: count.default(120),
  /** optional steps of provision that hosts of this stack need, beside those of the inventory */
  roles: Roles,
});

/** {@link StackBlock} with the default that depends on another key. */
export const StackSettings = StackBlock.transform((block) => ({
  ...block,
  config: block.config ?? (block.supervisor === undefined ? [] : ["tasks.yaml"]),
}));
export type StackSettings = z.infer<typeof StackSettings>;

// What came out of a variable is text, as in Compose.
const replicas = z.preprocess(
  (value) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value),
  z.int().min(0).optional(),
);

/** How many containers a service has: `scale`, or `deploy.replicas`. */
export const Scale = replicas;
export const DeployBlock = z.looseObject({ replicas }).nullish();

// null: the value of the variable of that name
const argument = Text.nullable();

/** A map, or a list of `NAME=value` and `NAME`. */
const NameValues = z.preprocess(
  (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "string")
      ? Object.fromEntries(value.map((item) => [item.split("=", 1)[0], /=(.*)/s.exec(item)?.[1] ?? null]))
      : value,
  z.record(z.string(), argument),
);

/** A key of Compose's that changes the image, and that a build over the engine's API cannot honour. */
const unsupported = z
  .unknown()
  .refine(
    (value) => value === undefined,
    "is not supported here: build the image with docker, and name it with image: instead of build:",
  )
  .optional();

/** A flag of a build. Its variable is put in later: until then it counts as not given. */
const buildFlag = z.preprocess(
  (value) => (typeof value === "string" && value.includes("$") ? undefined : value),
  flag.default(false),
);

/** Source of the keys: the Compose Build Specification. Each is honoured or refused, so that none is ignored. */
const BuildObject = z.strictObject({
  context: z.string().default("."),
  dockerfile: z.string().default("Dockerfile"),
  target: z.string().optional(),
  args: NameValues.default({}),
  labels: NameValues.default({}),
  network: z.string().optional(),
  cache_from: z.array(z.string()).default([]),
  no_cache: buildFlag,
  pull: buildFlag,
  additional_contexts: unsupported,
  cache_to: unsupported,
  dockerfile_inline: unsupported,
  entitlements: unsupported,
  extra_hosts: unsupported,
  isolation: unsupported,
  platforms: unsupported,
  privileged: unsupported,
  provenance: unsupported,
  sbom: unsupported,
  secrets: unsupported,
  shm_size: unsupported,
  ssh: unsupported,
  tags: unsupported,
  ulimits: unsupported,
});

/** The `build` of a service: its context, or a map. */
export const Build = z.union([
  z.string().transform((context) => BuildObject.parse({ context })),
  BuildObject,
]);
export type Build = z.infer<typeof BuildObject>;

/** What we read of a compose file; everything else is Compose's own business. */
export const ComposeFile = z.looseObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, "must be lower-case letters, digits, - and _"),
  services: z.record(
    z.string(),
    z.looseObject({
      build: Build.optional(),
      image: z.string().optional(),
      profiles: z.array(z.string()).default([]),
    }),
  ),
  "x-longshore": z.unknown().optional(),
});
export type ComposeFile = z.infer<typeof ComposeFile>;
