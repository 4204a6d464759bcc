import { expect, it } from "vitest";
import { adviseOnRegistry } from "../../../../provision/image/registry-failure.ts";

it.each([
  [
    "nginx:1",
    "dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: server misbehaving",
    /resolve the name registry-1\.docker\.io/,
  ],
  ["r.example.org/a", "dial tcp: lookup r.example.org: no such host", /resolve the name r\.example\.org/],
  ["a", "lookup registry-1.docker.io: Temporary failure in name resolution", /resolve the name/],
  [
    "localhost:5000/a",
    "dial tcp 127.0.0.1:5000: connect: connection refused",
    /nothing listens at localhost:5000/,
  ],
  ["a", "dial tcp 1.2.3.4:443: i/o timeout", /does not reach registry-1/],
  ["a", "net/http: TLS handshake timeout", /does not reach/],
  ["a", "Client.Timeout exceeded while awaiting headers", /does not reach/],
  ["a", "no registry answers within 20 s", /does not reach/],
  ["a", "dial tcp: connect: no route to host", /does not reach/],
  [
    "r:5000/a",
    "x509: certificate signed by unknown authority",
    /no certificate that it trusts.*certs\.d\/r:5000/,
  ],
  ["r:5000/a", "http: server gave HTTP response to HTTPS client", /no certificate/],
  [
    "a/b",
    "pull access denied for a/b, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    /check the name; .*run docker login as root/,
  ],
  ["ghcr.io/a", "unauthorized: authentication required", /docker login ghcr\.io as root/],
  [
    "a:2",
    "manifest for a:2 not found: manifest unknown: manifest unknown",
    /check the name and the tag: .* has no a:2/,
  ],
  ["a", "toomanyrequests: You have reached your pull rate limit", /too many pulls/],
  ["a", "no matching manifest for linux/arm64/v8 in the manifest list entries", /processor/],
  ["a", "something new", /check its name and tag/],
])("%s: %s", (image, words, hint) => {
  expect(adviseOnRegistry(image, words)).toMatch(hint);
});
