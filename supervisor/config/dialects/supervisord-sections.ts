import type { Notes } from "./converted.ts";
import type { IniSection } from "./ini.ts";
import { type SupervisordContext, SupervisordValues } from "./supervisord-values.ts";

type Raw = Record<string, unknown>;

/** What is to be said of the keys of `[supervisord]` that do nothing here, each with the values that need no word. */
const leftOut: Readonly<Record<string, { readonly silent?: RegExp; readonly text: string }>> = {
  logfile: { silent: /^(\/dev\/(null|stdout|fd\/1))$/, text: "longshored's own log goes to its output" },
  logfile_maxbytes: { silent: /^0$/, text: "longshored's own log goes to its output" },
  logfile_backups: { silent: /^0$/, text: "longshored's own log goes to its output" },
  loglevel: { silent: /^info$/i, text: "longshored's own log has no levels" },
  pidfile: { silent: /^\/dev\/null$/, text: "longshored writes no such file" },
  nodaemon: { silent: /^(true|yes|on|1)$/i, text: "longshored stays in the foreground" },
  silent: { silent: /^(false|no|off|0)$/i, text: "longshored's own log goes to its output" },
  nocleanup: { text: "there are no AUTO log files here" },
  childlogdir: { text: "there are no AUTO log files here" },
  strip_ansi: { silent: /^(false|no|off|0)$/i, text: "output is kept as it is" },
  identifier: { silent: /^supervisor$/, text: "longshored has no name" },
};

/** What supervisord raises its own limits to where nothing is said. */
const defaultMinimum: Readonly<Record<string, number>> = { minfds: 1024, minprocs: 200 };

/** What `[supervisord]` sets for itself, and its programs inherit; the variables also by themselves. */
export function convertMain(
  section: IniSection | undefined,
  context: SupervisordContext,
): { readonly defaults: Raw; readonly common: ReadonlyMap<string, string> } {
  if (section === undefined) return { defaults: {}, common: new Map() };
  const values = new SupervisordValues(section, context, { host_node_name: "${HOSTNAME}" });
  const defaults: Raw = {};
  const common = values.assignments("environment") ?? new Map<string, string>();
  if (common.size > 0) defaults.environment = Object.fromEntries(common);
  for (const key of values.keys.filter((each) => each !== "environment")) {
    const limit = defaultMinimum[key];
    const rule = Object.hasOwn(leftOut, key) ? leftOut[key] : undefined;
    if (limit !== undefined) remarkOnMinimum(values, key, limit);
    else if (rule !== undefined) {
      if (!rule.silent?.test(values.now(key) ?? ""))
        values.remark(key, `${key}=${values.raw(key)} was left out: ${rule.text}`);
    } else if (key === "umask" || key === "directory") Object.assign(defaults, convertPlace(values, key));
    else if (key === "user") Object.assign(defaults, convertUser(values));
    else values.remark(key, `${key}=${values.raw(key)} is no setting of supervisord and was left out`);
  }
  for (const key of Object.keys(defaults))
    context.notes.locate(["defaults", key], values.placeOf(key === "working_dir" ? "directory" : key));
  return { defaults, common };
}

/** A minimum only raises a limit that is lower; a limit here would lower one that is higher. */
function remarkOnMinimum(values: SupervisordValues, key: string, usual: number): void {
  const number = values.number(key);
  if (number !== undefined && number > usual)
    values.remark(
      key,
      `${key}=${number} is a minimum, and was left out: tasks have the limits that longshored is started with ` +
        "(docker run --ulimit, LimitNOFILE=); rlimits sets a limit, also a lower one",
    );
}

/** supervisord takes these when it goes into the background, and not in the foreground. */
function convertPlace(values: SupervisordValues, key: string): Raw {
  if (values.truth("nodaemon") === true) {
    values.remark(key, `${key} was left out: with nodaemon=true, supervisord does not look at it`);
    return {};
  }
  values.remark(key, `${key} holds for every task here; supervisord -n does not look at it`);
  return key === "umask" ? { umask: values.now(key) } : { working_dir: values.text(key) };
}

function convertUser(values: SupervisordValues): Raw {
  const user = values.text("user");
  if (user === undefined || user === "root" || user === "0") return {};
  values.remark(
    "user",
    `user=${user} is the user of every task here; longshored itself runs as the user that it is started as`,
  );
  return { user };
}

/** What takes the place of a section that is left out. */
const advice: readonly (readonly [RegExp, string])[] = [
  [/^inet_http_server(:|$)/, "control serves longshored's own API over TCP"],
  [/^unix_http_server(:|$)/, "longshored has a control socket of its own, for its user alone"],
  [/^supervisorctl$/, "longshorectl finds longshored by itself, or by LONGSHORE_SOCKET"],
  [/^rpcinterface:/, "longshored's API is HTTP with JSON, and not XML-RPC"],
  [/^ctlplugin:/, "longshorectl has no plug-ins"],
  [/^fcgi-program:/, "sockets are not made here; have the program listen itself"],
];

/** Says what becomes of a section that is no program. @param mainFile the file that includes others */
export function remarkOnSection({ name, place, values }: IniSection, mainFile: string, notes: Notes): void {
  if (/^(program|group):/.test(name) || name === "supervisord") return;
  if (name === "include") {
    const files = values.get("files");
    if (files !== undefined && files.place.file !== mainFile)
      notes.remark(
        files.place,
        "[include] of a file that is itself included was left out, as in supervisord",
      );
    return;
  }
  const keys = values.size === 0 ? "" : ` (${[...values.keys()].join(", ")})`;
  const [, way] = advice.find(([pattern]) => pattern.test(name)) ?? [];
  const reason = /^eventlistener:/.test(name) ? adviseListener(values.get("events")?.text ?? "") : way;
  notes.remark(
    place,
    `[${name}]${keys} has no counterpart and was left out${reason === undefined ? "" : `: ${reason}`}`,
  );
}

/** What does here what listeners to such events are there for. */
function adviseListener(events: string): string {
  const ways = [
    ...(/PROCESS_STATE(_(FATAL|EXITED|STOPPED|BACKOFF|UNKNOWN))?\b/i.test(events)
      ? ["if it ends supervisord when a program has failed, critical: true at the task does that"]
      : []),
    ...(/TICK_/i.test(events) ? ["what it does at every tick can be a job with a schedule"] : []),
    ...(/PROCESS_LOG|PROCESS_COMMUNICATION/i.test(events) ? ["longshorectl logs -f shows the output"] : []),
    "notify tells others of events",
  ];
  return ways.join("; ");
}
