import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSystemZone } from "../../../../../supervisor/config/files/system-zone.ts";
import { parsePosixZone } from "../../../../../supervisor/config/time/posix-zone.ts";
import { parseZoneFile } from "../../../../../supervisor/config/time/zone-file.ts";

const now = Date.parse("2026-07-01T00:00Z");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-zone-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The hour that a zone shows at noon UTC, in winter and in summer. */
function hoursIn(zone: string | undefined): number[] {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, hour: "numeric", hourCycle: "h23" });
  return ["2027-01-15T12:00Z", "2027-07-15T12:00Z"].map((time) => Number(format.format(Date.parse(time))));
}

describe("a rule of POSIX", () => {
  it.each([
    ["CET-1CEST,M3.5.0,M10.5.0/3", [13, 14]],
    ["EST5EDT,M3.2.0,M11.1.0", [7, 8]],
    ["<-04>4<-03>,M9.1.6/24,M4.1.6/24", [9, 8]],
    ["<+03>-3", [15, 15]],
    ["EST5", [7, 7]],
    ["UTC0", [12, 12]],
    ["IST-5:30", [17, 17]],
    ["<-02>2<-01>,M3.5.0/-1,M10.5.0/0", [10, 11]],
  ] as const)("%s is followed", async (variable, hours) => {
    const zone = await findSystemZone({ TZ: variable }, now, "Etc/Unknown", {
      localtime: "/none",
      zoneinfo: "/none",
    });
    expect(hoursIn(zone)).toEqual(hours);
  });

  it.each(["", "Europe/Berlin", "AB1", "CET", "CET-1CEST,M3", "CET-1CEST,M13", "X".repeat(50_000)])(
    "is not %j",
    (text) => {
      expect(parsePosixZone(text)).toBeUndefined();
    },
  );

  it("counts days of the year in its two ways", () => {
    const [julian, zeroBased] = ["AAA0BBB,J60/0,J300/0", "AAA0BBB,59/0,300/0"].map(parsePosixZone);
    for (const time of ["2028-03-01T00:00Z", "2027-03-01T00:00Z"])
      expect(julian?.(Date.parse(time))).toBe(3_600);
    expect(julian?.(Date.parse("2028-02-29T12:00Z"))).toBe(0);
    expect(zeroBased?.(Date.parse("2028-02-29T00:00Z"))).toBe(3_600);
  });
});

describe("the system's time zone", () => {
  const at = (
    TZ: string | undefined,
    own: string,
    places: Partial<{ localtime: string; zoneinfo: string }> = {},
  ) => findSystemZone({ TZ }, now, own, { localtime: "/none", zoneinfo: "/none", ...places });

  it("is left to Node where that has the same", async () => {
    expect(await at("Europe/Berlin", "Europe/Berlin")).toBeUndefined();
    expect(await at(":Europe/Berlin", "Europe/Berlin")).toBeUndefined();
    expect(await at("CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin")).toBeUndefined();
    expect(await at(undefined, "UTC")).toBeUndefined();
    expect(await at("", "UTC")).toBeUndefined();
  });

  it("is the name in a path", async () => {
    expect(await at("/usr/share/zoneinfo/Europe/Berlin", "UTC")).toBe("Europe/Berlin");
    expect(await at(":/usr/share/zoneinfo/posix/Europe/Berlin", "UTC")).toBe("Europe/Berlin");
  });

  it.each(["Mars/Base", ":/nonexistent", "Europe/Berlinn", "XYZ-1:17", "CET-1CEST", "Europe/Berlin\n"])(
    "is not %j",
    async (variable) => {
      await expect(at(variable, "UTC")).rejects.toThrow(/cannot follow the time zone of TZ=/);
    },
  );

  it("is refused where `date` does not know the name either", async () => {
    mkdirSync(join(folder, "zoneinfo/Europe"), { recursive: true });
    writeFileSync(join(folder, "zoneinfo/Europe/Berlin"), "");
    const zoneinfo = join(folder, "zoneinfo");
    expect(await at("Europe/Berlin", "UTC", { zoneinfo })).toBe("Europe/Berlin");
    await expect(at("europe/berlin", "UTC", { zoneinfo })).rejects.toThrow("there is no such time zone");
  });

  it("is where /etc/localtime points, or what it does", async () => {
    const link = join(folder, "link");
    symlinkSync("/usr/share/zoneinfo/America/Santiago", link);
    expect(await at(undefined, "UTC", { localtime: link })).toBe("America/Santiago");
    // As Debian's zic writes it, without its history.
    const bytes = Buffer.concat([
      emptyBlock(),
      emptyBlock(),
      Buffer.from("\n<-04>4<-03>,M9.1.6/24,M4.1.6/24\n"),
    ]);
    const localtime = join(folder, "localtime");
    writeFileSync(localtime, bytes);
    expect(hoursIn(await at(undefined, "UTC", { localtime }))).toEqual([9, 8]);
    expect(await at(undefined, "America/Santiago", { localtime })).toBeUndefined();
  });
});

/** A header of version 2 with one type: UTC. */
function emptyBlock(): Buffer {
  const header = Buffer.alloc(44 + 6 + 4);
  header.write("TZif2", "latin1");
  header.writeUInt32BE(1, 36);
  header.writeUInt32BE(4, 40);
  return header;
}

describe("a file of a time zone", () => {
  it("is read to the end or not at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        parseZoneFile(Buffer.concat([Buffer.from("TZif2"), bytes]))?.(now);
      }),
    );
    expect(parseZoneFile(readFileSync(import.meta.filename))).toBeUndefined();
  });
});
