import type { Clock } from '../calls/ports/clock.ts';
import { INSTANCE_HEADER } from './fs-call-media.ts';
import type { ServerLink } from './server-link.ts';

/** A channel that is ours and that we don't hold may be one that is being made, or being given back: not for so long. */
export const ORPHANED_AFTER_MS = 30_000;

/** What is known of a channel that no call of ours holds. */
interface Stray {
  readonly seenAt: number;
  readonly isOurs: boolean;
}

/**
 * Ends channels that we have left behind at a media server: by a crash, by a link that was lost, by an answer that came too
 * late. Several Tollgates may share the server: ours bear our mark.
 */
export class OrphanReaper {
  readonly #clock: Clock;
  readonly #instanceId: string;
  readonly #onReaped: (uuid: string) => void;
  #strays = new Map<string, Stray>();

  constructor(clock: Clock, instanceId: string, onReaped: (uuid: string) => void) {
    this.#clock = clock;
    this.#instanceId = instanceId;
    this.#onReaped = onReaped;
  }

  /** Looks through the server's channels once; resolves with how many there are. */
  async sweep(link: Pick<ServerLink, 'command' | 'holds'>): Promise<number> {
    const channels = readChannels(await link.command('show channels as json'));
    const strays = new Map<string, Stray>();
    for (const uuid of channels) {
      if (link.holds(uuid)) continue;
      const stray = this.#strays.get(uuid) ?? {
        seenAt: this.#clock.now().mono,
        isOurs: await this.#isOurs(link, uuid),
      };
      if (stray.isOurs && this.#clock.now().mono - stray.seenAt > ORPHANED_AFTER_MS) {
        await link.command(`uuid_kill ${uuid}`).catch(() => undefined);
        this.#onReaped(uuid);
      } else strays.set(uuid, stray);
    }
    this.#strays = strays;
    return channels.length;
  }

  async #isOurs(link: Pick<ServerLink, 'command'>, uuid: string): Promise<boolean> {
    // A channel that has ended since is answered with -ERR.
    const mark = await link.command(`uuid_getvar ${uuid} sip_h_${INSTANCE_HEADER}`).catch(() => '');
    return mark.trim() === this.#instanceId;
  }
}

function readChannels(answer: string): readonly string[] {
  const { rows = [] } = JSON.parse(answer) as { rows?: readonly { uuid: string }[] };
  return rows.map(({ uuid }) => uuid);
}
