import type Docker from "dockerode";

/** One line of what the engine says while it builds, pulls or loads. */
export interface ProgressEvent {
  stream?: string;
  id?: string;
  status?: string;
  error?: string;
}

/**
 * Waits until the engine has ended its work. It answers 200 before it begins, and says in the stream that it failed;
 * docker-modem passes that on like any other line.
 *
 * @throws Error with the engine's own words
 */
export function followProgress(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  onEvent: (event: ProgressEvent) => void = () => {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    docker.modem.followProgress(
      stream,
      (error: Error | null) => {
        const reason = error ?? failure;
        if (reason === undefined) resolve();
        else reject(reason);
      },
      (event: ProgressEvent) => {
        if (event.error !== undefined) failure = new Error(event.error);
        onEvent(event);
      },
    );
  });
}
