/** The names under which Compose finds its file, in its order. Longshore reads the first of them. */
export const COMPOSE_FILES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
