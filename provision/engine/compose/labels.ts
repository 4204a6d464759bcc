/** The labels by which what belongs to a stack is known on a host: Compose's own, and one that a release gives its containers. */
export const LABELS = {
  /** of containers, networks and volumes: the name of the stack */
  project: "com.docker.compose.project",
  /** of containers: the service's name in compose.yaml */
  service: "com.docker.compose.service",
  /** of containers: the folder that relative paths of compose.yaml start at */
  folder: "com.docker.compose.project.working_dir",
  /** of containers that longshore deployed: the name of the stack */
  stack: "longshore.stack",
} as const;
