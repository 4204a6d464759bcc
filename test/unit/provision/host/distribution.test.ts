import { expect, test } from "vitest";
import { distributionOf } from "../../../../provision/host/distribution.ts";
import { bareHost, SYSTEMS } from "./facts/host-facts.ts";

test.each([
  ["Debian 12", { dockerRepository: "debian", codename: "bookworm", composeSuite: "trixie" }],
  ["Debian 13", { dockerRepository: "debian", codename: "trixie", composePackage: "docker-compose" }],
  ["Ubuntu 22.04", { dockerRepository: "ubuntu", codename: "jammy", composePackage: "docker-compose-v2" }],
  ["Ubuntu 24.04", { dockerRepository: "ubuntu", codename: "noble", composePackage: "docker-compose-v2" }],
])("%s is known, and its codename is the one that it says", (system, expected) => {
  const facts = bareHost(system);
  expect(distributionOf(facts)).toMatchObject(expected);
  expect(distributionOf(facts).codename).toBe(facts.os.codename);
});

const unknown = { id: "", versionId: "", codename: "", prettyName: "" };

test.each([
  [{ id: "debian", versionId: "11", codename: "bullseye", prettyName: "Debian GNU/Linux 11 (bullseye)" }],
  [{ id: "debian", versionId: "", codename: "forky", prettyName: "Debian GNU/Linux forky/sid" }],
  [{ id: "ubuntu", versionId: "20.04", codename: "focal", prettyName: "Ubuntu 20.04.6 LTS" }],
  [{ id: "ubuntu", versionId: "23.10", codename: "mantic", prettyName: "Ubuntu 23.10" }],
  [{ id: "alpine", versionId: "3.21", codename: "", prettyName: "Alpine Linux v3.21" }],
  [{ id: "fedora", versionId: "41", codename: "", prettyName: "Fedora Linux 41" }],
  [{ ...unknown, id: "arch" }],
  [unknown],
])("refuses %j by its name, and says what is known", (os) => {
  const refuse = () => distributionOf({ ...bareHost("Debian 13"), os });
  expect(refuse).toThrow(`cannot provision this system: ${os.prettyName || os.id || "unknown"}`);
  expect(refuse).toThrow(
    expect.objectContaining({
      code: "unsupported_system",
      hint: "known: Debian 12 and 13, Ubuntu 22.04 and 24.04",
    }),
  );
});

test.each(Object.keys(SYSTEMS))("%s on another processor is refused", (system) => {
  for (const architecture of ["armhf", "i386", "riscv64", ""]) {
    expect(() => distributionOf(bareHost(system, { architecture }))).toThrow(
      expect.objectContaining({ code: "unsupported_system", hint: "known: amd64 and arm64" }),
    );
  }
});
