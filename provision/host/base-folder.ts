/** The folder of a host below which all is that longshore puts there: a folder for each stack, its locks, its audit log. */
export const BASE_FOLDER = "/opt/longshore";
