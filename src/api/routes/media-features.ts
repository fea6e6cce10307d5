import type { InputProblem } from '../../domain/app-error.ts';

/** Says that a field needs what is not there to honour it, so that nobody believes a call is recorded when it is not. */
export function needsMediaServer(path: string, what: string): InputProblem {
  return {
    path,
    message: `${what} needs a media server, and none is configured: set FREESWITCH_HOST, or leave it out.`,
  };
}
