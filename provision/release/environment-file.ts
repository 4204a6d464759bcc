/**
 * Compose's `.env`, in the order of the names. In single quotes Compose takes every character as it is; a quote, a backslash
 * and a line break need double quotes and escapes there (compose-go's dotenv).
 */
export function formatEnvironmentFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${quoteValue(value)}\n`)
    .join("");
}

const ESCAPES: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\\": "\\\\", '"': '\\"', $: "\\$" };

function quoteValue(value: string): string {
  if (!/['\\\n\r]/.test(value)) return `'${value}'`;
  return `"${value.replace(/[\n\r\\"$]/g, (character) => ESCAPES[character] ?? character)}"`;
}
