import { onTestFinished, vi } from 'vitest';
import type { AudioAgreement, AudioPort } from '../../src/embedded/media/audio-port.ts';
import { openAudioPort } from '../../src/embedded/media/rtp/open-audio-port.ts';
import { Pacer } from '../../src/embedded/media/rtp/pacer.ts';
import { PortRange } from '../../src/embedded/media/rtp/port-range.ts';
import type { RtpPacket } from './phone/rtp-packet.ts';
import { RtpPeer } from './rtp-peer.ts';
import { TurnedClock } from './turned-clock.ts';

const HOST = '127.0.0.1';

/** A leg of a call under test: the port, and the peer it has agreed with over real UDP. */
export interface Leg {
  readonly port: AudioPort;
  readonly peer: RtpPeer;
  /** Where the peer sends to. */
  readonly at: { readonly host: string; readonly port: number };
  /** Agrees again, with something else than before. */
  readonly agree: (change?: Partial<AudioAgreement>) => void;
  /** Sends from the peer; resolves when the port has taken or refused all of it. */
  readonly say: (...packets: readonly RtpPacket[]) => Promise<void>;
}

/** Ports by one clock that the test turns. All is closed with the running test. */
export function audioPorts() {
  const clock = new TurnedClock();
  const pacer = new Pacer(clock);
  const range = new PortRange({ host: HOST, min: 0, max: 0 });
  const troubles: Error[] = [];
  const leg = async (change: Partial<AudioAgreement> = {}): Promise<Leg> => {
    const port = await openAudioPort({ range, pacer, clock, onTrouble: (error) => troubles.push(error) });
    onTestFinished(() => port.close());
    const peer = await RtpPeer.open(HOST);
    let agreed: AudioAgreement = {
      remote: { address: peer.host, port: peer.port },
      codec: 0,
      telephoneEvent: 101,
      direction: 'sendrecv',
      packetMs: 20,
      ...change,
    };
    port.agree(agreed);
    const at = { host: HOST, port: port.localPort };
    return {
      port,
      peer,
      at,
      agree: (next) => {
        agreed = { ...agreed, ...next };
        port.agree(agreed);
      },
      say: async (...packets) => {
        const before = handled(port);
        await peer.send(at, ...packets);
        await until(() => handled(port) === before + packets.length);
      },
    };
  };
  return { clock, range, troubles, leg };
}

/** A packet of silence unless told otherwise. */
export function packet(change: Partial<RtpPacket> & { readonly sequence: number }): RtpPacket {
  const timestamp = (change.sequence * 160) >>> 0;
  return { payloadType: 0, marker: false, timestamp, ssrc: 7, payload: Buffer.alloc(160, 0xff), ...change };
}

/** Packets a port has looked at. */
export function handled({ counts }: AudioPort): number {
  return counts.received + counts.refused;
}

/** Looks each turn until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  const look = (): void => {
    if (!holds()) throw new Error('does not hold yet');
  };
  await vi.waitFor(look, { interval: 1, timeout: 5000 });
}
