import { AppError } from './domain/app-error.ts';

/** A fault in words for the terminal: what happened and, where we know, how to mend it. */
export function describeFault(error: unknown): string[] {
  if (error instanceof AppError) return [`Tollgate can not start: ${error.message}`];
  if (isBusyPort(error)) {
    const { address, host, port = 0 } = error;
    const setting = portSetting(error);
    return [
      `Tollgate can not start: port ${port} on ${address ?? host} is in use by another program.`,
      `Stop that program, or choose another port: ${setting}=${port + 1} npm start`,
    ];
  }
  if (error instanceof Error) return [`Tollgate stopped: ${error.message}`, error.stack ?? ''];
  return [`Tollgate stopped: ${String(error)}`];
}

interface BusyPort extends NodeJS.ErrnoException {
  /** Node's servers say `address`, the embedded engine says `host`. */
  readonly address?: string;
  readonly host?: string;
  readonly port?: number;
  readonly transport?: string;
}

function isBusyPort(error: unknown): error is BusyPort {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

/** Which setting names the port: only SIP's faults carry a transport. */
function portSetting(error: BusyPort): 'SIP_PORT' | 'HTTP_PORT' {
  return error.transport === undefined ? 'HTTP_PORT' : 'SIP_PORT';
}
