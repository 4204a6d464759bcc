import type { TcpControl } from "../config/tcp-control.ts";
import type { ControlTarget } from "../control/handler.ts";
import type { TcpServer } from "../control/tcp-server.ts";

/** The control API over TCP; its code is loaded when a tasks.yaml first asks for it. */
export class TcpOnDemand {
  private server: TcpServer | undefined;

  constructor(private readonly target: ControlTarget) {}

  /** Serves as these settings say from now on, or not at all. @throws what {@link TcpServer.use} throws */
  async use(settings: TcpControl | undefined): Promise<void> {
    if (settings === undefined && this.server === undefined) return;
    const { TcpServer } = await import("../control/tcp-server.ts");
    this.server ??= new TcpServer(this.target);
    await this.server.use(settings);
  }

  close(): void {
    this.server?.close();
  }
}
