// Serves /srv over HTTPS, as download.docker.com does.
import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import { join, normalize } from "node:path";

const tls = { key: await readFile("/tls/server.key"), cert: await readFile("/tls/server.pem") };
createServer(tls, async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "https://server").pathname));
  try {
    response.end(await readFile(join("/srv", path)));
  } catch {
    response.writeHead(404).end();
  }
}).listen(443);
