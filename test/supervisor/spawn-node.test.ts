import { describe } from "vitest";
import { testSpawn } from "./spawn-cases.ts";

describe("Node's spawn, where the native calls are missing", () => {
  testSpawn(async () => undefined);
});
