/** The largest id of a user or group: the kernel takes the one above it for "leave it as it is", which is root's. */
export const largestId = 4_294_967_294;

/** What is wrong with `name`, `name:group` or numbers, as far as that can be seen without the tables of a machine. */
export function findUserFault(user: string): string | undefined {
  const parts = user.split(":");
  if (parts.length > 2 || parts.includes(""))
    return `${JSON.stringify(user)} is no user; write name, name:group, or numbers such as 1000:1000`;
  for (const part of parts) {
    if (/\s/.test(part)) return `${JSON.stringify(part)} is no user or group: it holds a blank`;
    // What a program would read as a number, and perhaps as another one: -1, 0x10, 1e3, 0755.
    const isNumber = !Number.isNaN(Number(part)) || /^[-+]/.test(part);
    if (isNumber && (!/^(0|[1-9]\d*)$/.test(part) || Number(part) > largestId))
      return `${part} is no id of a user or group; write a name, or a whole number from 0 to ${largestId}`;
  }
  return undefined;
}
