import { describe } from "vitest";
import { loadNative } from "../../supervisor/runtime/native.ts";
import { testSpawn } from "./spawn-cases.ts";

describe("posix_spawn", () => {
  testSpawn(() =>
    loadNative((reason) => {
      throw new Error(reason);
    }),
  );
});
