import { localConfigWorld } from "../../../../../provision/connection/ssh/config-world.ts";
import {
  resolveSshSettings,
  type SshOverrides,
  type SshSettings,
} from "../../../../../provision/connection/ssh/ssh-settings.ts";

/** The settings for the host web1, or another address, with the given texts as the configuration files. */
export function settingsOf(overrides: Partial<SshOverrides>, ...configTexts: string[]): SshSettings {
  return resolveSshSettings(
    { address: "web1", ...overrides },
    {
      world: localConfigWorld(),
      readConfigTexts: () => configTexts.map((text) => ({ text, includeFolder: "/nonexistent" })),
      agentSocket: "/tmp/agent",
    },
  );
}
