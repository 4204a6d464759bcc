/** The query parameters of each route that has any, and for people what each is. `name` alone may be repeated. */
const names = { name: "a task, an instance or a wildcard; may be repeated; all by default" };
const stream = { lines: "how many of the past", follow: "true keeps the stream open" };

export const routeParameters: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "GET /v1/tasks": names,
  "GET /v1/logs": { ...names, ...stream, since: "from then on (ISO 8601)" },
  "GET /v1/events": stream,
  "GET /v1/jobs/history": { job: "its name", limit: "how many (20)" },
  "GET /v1/jobs/log": { job: "its name", run: "the number of the run" },
  "GET /v1/jobs/next": { job: "its name", count: "how many of each (5)" },
};
