import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { docker } from "../hosts/command.ts";
import { ZONE } from "../hosts/internet.ts";
import { noEngine, openSharedNet } from "../hosts/shared-net.ts";
import type { TestNet } from "../hosts/test-net.ts";
import type { TestRun } from "../hosts/test-run.ts";
import { ensureSiteImage, SiteContainer } from "./site-container.ts";

const SHOP = `shop.${ZONE}`;
const WWW = `www.${ZONE}`;

describe.skipIf(noEngine)("certificates", () => {
  let net: TestNet;
  let address: string;
  let roots: string;
  let site: SiteContainer;

  beforeAll(async () => {
    net = await openSharedNet();
    address = `${net.record.prefix}.210`;
    await Promise.all([net.dns.set(SHOP, address), net.dns.set(WWW, address)]);
    roots = await net.acme.issuerRoots();
    site = await startRelease("release1", { LONGSHORE_TLS_DOMAINS: SHOP });
  });
  afterAll(async () => {
    await docker(["rm", "--force", site.name]);
    await Promise.all([net.dns.remove(SHOP), net.dns.remove(WWW)]);
  });

  async function startRelease(name: string, variables: Record<string, string>, after?: SiteContainer) {
    const run = inject("run") as TestRun;
    const started = await SiteContainer.start(run, await ensureSiteImage(), name, {
      variables: {
        LONGSHORE_TLS_MODE: "acme",
        LONGSHORE_TLS_SERVER: net.acme.directoryUrl,
        LONGSHORE_TLS_CA: "/etc/longshore/acme-ca.pem",
        ...variables,
      },
      config: { "acme-ca.pem": readFileSync(net.acme.rootFile, "utf8") },
      options: ["--network", net.record.network, "--ip", address, "--dns", net.record.internet.address],
      after,
    });
    await started.waitUntilHealthy();
    return started;
  }

  const renew = () => site.exec(["longshorectl", "run", "certificate", "--wait"]);
  const serial = async (name = SHOP) =>
    (await site.ask(`https://${name}/`, { ca: roots })).certificate?.serialNumber;
  /** The processes of nginx: a reload makes new workers. */
  const nginxPids = () => site.execChecked(["sh", "-c", "grep -lsx nginx /proc/[0-9]*/comm | sort"]);

  test("before there is one: plain HTTP serves the site, HTTPS has a self-signed one", async () => {
    expect((await site.ask(`http://${SHOP}/`)).status).toBe(200);
    expect((await site.ask(`https://${SHOP}/`)).certificate?.issuer.CN).toBe("self-signed");
    await expect(serial()).rejects.toThrow(/self-signed/);
  });

  test("issued by the ACME server and served at once; HTTP redirects from then on", async () => {
    const { pid } = await site.task("nginx");
    expect(await renew()).toMatchObject({ code: 0 });
    const { certificate, headers } = await site.ask(`https://${SHOP}/`, { ca: roots });
    expect(certificate?.subjectaltname).toBe(`DNS:${SHOP}`);
    expect(headers["strict-transport-security"]).toBe("max-age=63072000");
    const plain = await site.ask(`http://${SHOP}/page`);
    expect([plain.status, plain.headers.location]).toEqual([301, `https://${SHOP}/page`]);
    expect((await site.task("nginx")).pid).toBe(pid);
  });

  test("with nothing due, nginx is left alone", async () => {
    const before = await nginxPids();
    expect(await renew()).toMatchObject({ code: 0 });
    expect(await nginxPids()).toBe(before);
  });

  test("the next release serves the same certificate from its first request on", async () => {
    const before = await serial();
    site = await replaceBy("release2", { LONGSHORE_TLS_DOMAINS: SHOP });
    expect(await serial()).toBe(before);
  });

  test("another domain: a new certificate for all of them", async () => {
    site = await replaceBy("release3", { LONGSHORE_TLS_DOMAINS: `${SHOP},${WWW}` });
    expect(await renew()).toMatchObject({ code: 0 });
    expect(await serial(WWW)).toBe(await serial(SHOP));
  });

  test("another server: a new certificate, although the old one is not due", async () => {
    const before = await serial();
    const server = net.acme.directoryUrl.replace(`acme.${ZONE}`, net.record.internet.address);
    const variables = { LONGSHORE_TLS_DOMAINS: `${SHOP},${WWW}`, LONGSHORE_TLS_SERVER: server };
    site = await replaceBy("release4", variables);
    expect(await renew()).toMatchObject({ code: 0 });
    const issued = await serial();
    expect(issued).not.toBe(before);
    expect(await renew()).toMatchObject({ code: 0 });
    expect(await serial()).toBe(issued);
  });

  test("one that is due is renewed, and served at once", async () => {
    const before = await serial();
    // Certbot renews earlier when its file says so: the ACME server's certificates are good for five years.
    const file = "/etc/letsencrypt/renewal/site.conf";
    await site.execChecked(["sed", "-i", "1i renew_before_expiry = 9999 days", file]);
    expect(await renew()).toMatchObject({ code: 0 });
    expect(await serial()).not.toBe(before);
    await site.execChecked(["sed", "-i", "/^renew_before_expiry/d", file]);
  });

  test("a name that does not lead here: the job fails with the server's reason, the site stays up", async () => {
    const before = await serial();
    site = await replaceBy("release5", { LONGSHORE_TLS_DOMAINS: `${SHOP},nowhere.${ZONE}` });
    expect((await renew()).code).toBe(1);
    expect(await site.logs()).toContain(`could not resolve URL "http://nowhere.${ZONE}`);
    expect(await serial()).toBe(before);
  });

  async function replaceBy(name: string, variables: Record<string, string>) {
    await docker(["rm", "--force", site.name]);
    return startRelease(name, variables, site);
  }
});
