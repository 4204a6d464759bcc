import { dockerGroup } from "./docker-group.ts";
import { dockerPackages } from "./docker-packages.ts";
import { dockerService } from "./docker-service.ts";
import type { Step } from "./step.ts";
import { sysctlSettings } from "./sysctl.ts";

/** What `provision` brings a host to, in the order of application. */
export const PROVISION_STEPS: readonly Step[] = [dockerPackages, dockerService, dockerGroup, sysctlSettings];
