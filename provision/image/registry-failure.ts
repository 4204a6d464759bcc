/** What the engine's words on a registry mean, and the way out. They come as text alone, from Go and the registry itself. */
interface RegistryTrouble {
  readonly says: RegExp;
  hint(registry: string, image: string): string;
}

const troubles: readonly RegistryTrouble[] = [
  {
    says: /no such host|name resolution|server misbehaving|lookup \S+( on \S+)?: /i,
    hint: (registry) =>
      `it cannot resolve the name ${registry}: is the name right, and does DNS work there (getent hosts ${registry})?`,
  },
  {
    says: /toomanyrequests|rate limit|too many requests/i,
    hint: (registry) =>
      `${registry} has had too many pulls from there: wait, or run docker login ${registry} as root there`,
  },
  {
    says: /x509|certificate|tls: |HTTP response to HTTPS client|SSL/,
    hint: (registry) =>
      `${registry} shows no certificate that it trusts: is its clock right? Put the registry's own CA into /etc/docker/certs.d/${registry}/ca.crt there`,
  },
  {
    says: /connection refused/i,
    hint: (registry) => `nothing listens at ${registry}: is the registry running, and its port right?`,
  },
  {
    says: /timeout|timed out|deadline exceeded|no route to host|network is unreachable|connection reset|no registry answers|\bEOF\b/i,
    hint: (registry) =>
      `it does not reach ${registry}: does a firewall stand in between, or does its Docker service need a proxy?`,
  },
  {
    says: /no matching manifest/i,
    hint: () => "the image is not made for the processor of this host: name one that is, or build it",
  },
  {
    says: /no space left/i,
    hint: () => "its disk is full: docker system df shows what takes the room there",
  },
  {
    says: /denied|unauthorized|authentication required|no basic auth|forbidden|\b40[13]\b/i,
    hint: (registry) =>
      `check the name; where the image is private, run docker login${registry === hub ? "" : ` ${registry}`} as root there`,
  },
  {
    says: /manifest unknown|not found|\b404\b|invalid reference/i,
    hint: (registry, image) => `check the name and the tag: ${registry} has no ${image}`,
  },
];

const hub = "registry-1.docker.io";

/** The way out of the words with which an engine refuses to get an image. */
export function adviseOnRegistry(image: string, words: string): string {
  const registry = registryOf(image);
  return (
    troubles.find(({ says }) => says.test(words))?.hint(registry, image) ??
    "check its name and tag; for a private registry, run docker login as root there"
  );
}

/** The host of an image's registry. Source: distribution/reference, splitDockerDomain. */
function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return !isHost || first === "docker.io" ? hub : first;
}
