import { access, readFile, readlink } from "node:fs/promises";
import type { Variables } from "../../../shared/interpolate.ts";
import { UserError } from "../../../shared/user-error.ts";
import { type OffsetAt, parsePosixZone } from "../time/posix-zone.ts";
import { parseZoneFile } from "../time/zone-file.ts";
import { findZoneLike } from "../time/zone-match.ts";

/** Where a system keeps what it knows of time zones. */
export interface ZonePlaces {
  readonly localtime: string;
  readonly zoneinfo: string;
}

const systemPlaces: ZonePlaces = { localtime: "/etc/localtime", zoneinfo: "/usr/share/zoneinfo" };

/**
 * The time zone in which `date` shows the time, where Node takes another one: by a TZ that is a rule of POSIX or a path, or by an
 * /etc/localtime whose name is not to be had. Undefined where Node's own is right.
 * @param own the zone that Node takes
 * @throws UserError where nothing here can follow it
 */
export async function findSystemZone(
  { TZ: variable }: Variables,
  now: number,
  own: string = canonicalZone(undefined) ?? "UTC",
  places: ZonePlaces = systemPlaces,
): Promise<string | undefined> {
  const found = await readSystemZone(variable, places);
  if (found === undefined) return undefined;
  const zone = typeof found === "string" ? found : findZoneLike(found, now, canonicalZone(own));
  if (zone === undefined) throw refuse(variable, "Node has no time zone that is like it");
  return zone === own || canonicalZone(zone) === canonicalZone(own) ? undefined : zone;
}

/** A name, or what the clocks do; undefined where there is nothing but UTC. */
type Found = string | OffsetAt | undefined;

async function readSystemZone(variable: string | undefined, places: ZonePlaces): Promise<Found> {
  if (variable === undefined) return readLocaltime(places);
  const text = variable.replace(/^:/, "");
  if (text === "") return "UTC";
  const found = await (text.startsWith("/") ? readZonePath(text, places) : readName(text, places));
  if (found === undefined) throw refuse(variable, "there is no such time zone");
  return found;
}

/** The C library takes a name where there is such a file, and a rule of POSIX otherwise. */
async function readName(text: string, { zoneinfo }: ZonePlaces): Promise<Found> {
  const name = text.replace(/^(posix|right)\//, "");
  const isThere = !(await exists(zoneinfo)) || (await exists(`${zoneinfo}/${name}`));
  if (isThere && canonicalZone(name) !== undefined) return name;
  return parsePosixZone(text);
}

async function readZonePath(path: string, places: ZonePlaces): Promise<Found> {
  const [, name] = /\/zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(path) ?? [];
  if (name !== undefined && canonicalZone(name) !== undefined) return readName(name, places);
  const bytes = await readBytes(path);
  return bytes && parseZoneFile(bytes);
}

/** A link has the name in it, also where its file is missing. */
async function readLocaltime(places: ZonePlaces): Promise<Found> {
  const target = await readlink(places.localtime).catch(() => undefined);
  const [, name] = /(?:^|\/)zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(target ?? "") ?? [];
  if (name !== undefined && canonicalZone(name) !== undefined) return name;
  const bytes = await readBytes(places.localtime);
  return bytes && parseZoneFile(bytes);
}

/** The name that Node has for a zone; undefined for one that it does not know. */
function canonicalZone(name: string | undefined): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function readBytes(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(() => undefined);
}

function refuse(variable: string | undefined, reason: string): UserError {
  const what = variable === undefined ? "/etc/localtime" : `TZ=${variable}`;
  const hint = "write timezone: Europe/Berlin into tasks.yaml, or set TZ=Europe/Berlin (or UTC)";
  return new UserError("timezone", `cannot follow the time zone of ${what}: ${reason}`, { hint });
}
