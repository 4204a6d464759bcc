/** The longest name of a task or group (characters): it is part of names of files, which end at 255. */
export const longestName = 128;
