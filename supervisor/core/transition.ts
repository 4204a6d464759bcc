import type { Exit, Instance } from "./instance.ts";
