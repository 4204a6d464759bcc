import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import pkg from "../../../../package.json" with { type: "json" };
import { routes } from "../../../../supervisor/control/routes.ts";
import { openApiDocument, routeDescriptions } from "../../../../supervisor/protocol/openapi.ts";

it("every route is described, and every description is of a route", () => {
  expect(Object.keys(routeDescriptions).sort()).toEqual(Object.keys(routes).sort());
});

it("the committed document is that of the schemas (write it with: npx vitest run --project unit openapi -u)", async () => {
  const document = `${JSON.stringify(openApiDocument(pkg.version), null, 2)}\n`;
  await expect(document).toMatchFileSnapshot("../../../../docs/openapi.json");
});

it("the guide to the API names every route", () => {
  const guide = readFileSync(new URL("../../../../docs/control-api.md", import.meta.url), "utf8");
  for (const route of Object.keys(routes)) expect(guide).toContain(`\`${route}\``);
});
