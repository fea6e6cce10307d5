import { beforeEach, describe, expect, it } from 'vitest';
import { FakeMediaServer, type FakeEndpoint } from '../../test/support/fake-media-server.ts';
import { Negotiation, NEVER_MS, STAND_IN } from './negotiation.ts';
import { PCMA, PCMU, readOffer, writeOffer, type Direction } from './sdp.ts';

/** What a phone says; each time with a version of its own, as phones do. */
let version = 0;
function says(direction: Direction = 'sendrecv', port = 4_000): string {
  version += 1;
  const audio = { address: '192.0.2.1', port, codec: PCMA, keys: 96, direction, packetMs: 20 } as const;
  return writeOffer(audio, { id: 'phone', version });
}

describe('what a side and the media server agree on', () => {
  let server: FakeMediaServer;
  let endpoint: FakeEndpoint;

  beforeEach(async () => {
    server = new FakeMediaServer();
    await server.createEndpoint(STAND_IN, {});
    endpoint = server.endpoints[0]!;
  });

  it('is offered with the port that the server listens at, before anything was heard of the other side', () => {
    const offer = readOffer(new Negotiation(endpoint, null).offer(PCMA))?.audio;
    expect(offer).toEqual({ ...readOffer(endpoint.sdp)!.audio, codec: PCMA, direction: 'sendrecv' });
  });

  it('leaves the server one codec, so that it can choose no other', async () => {
    const negotiation = new Negotiation(endpoint, null);
    const answer = readOffer(await negotiation.take(says()))?.audio;
    expect(endpoint.offers[0]).toContain('m=audio 4000 RTP/AVP 8 96');
    expect([answer?.codec, answer?.keys, negotiation.codec]).toEqual([PCMA, 96, PCMA]);
  });

  it('is not negotiated again while nothing changes, nor its version raised (RFC 3264 §8)', async () => {
    const negotiation = new Negotiation(endpoint, null);
    const first = await negotiation.take(says());
    expect(await negotiation.take(says())).toBe(first);
    const held = await negotiation.take(says('sendonly'));
    expect(endpoint.offers).toHaveLength(2);
    expect([first, held].map((sdp) => /^o=- \d+ (\d+)/m.exec(sdp)?.[1])).toEqual(['1', '2']);
    expect(readOffer(held)?.audio.direction).toBe('recvonly');
  });

  it('tells the server a new version of ours each time', async () => {
    const negotiation = new Negotiation(endpoint, null);
    for (const direction of ['sendrecv', 'sendonly', 'sendrecv'] as const) await negotiation.take(says(direction));
    const versions = endpoint.offers.map((sdp) => Number(/^o=- 1 (\d+)/m.exec(sdp)?.[1]));
    expect(versions).toEqual([2, 3, 4]);
  });

  it('is changed one re-INVITE at a time, each after the one before whatever became of that', async () => {
    const negotiation = new Negotiation(endpoint, null);
    const gate = Promise.withResolvers<void>();
    let begun = 0;
    server.pace = async () => {
      begun += 1;
      if (begun === 1) {
        server.failing.add('modify');
        await gate.promise;
      } else server.failing.clear();
    };
    const first = negotiation.take(says());
    const second = negotiation.take(says('sendonly'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toBe(1);
    gate.resolve();
    await expect(first).rejects.toMatchObject({ code: 'media-failed' });
    await second;
    expect(endpoint.offers).toHaveLength(1);
    expect(endpoint.offers[0]).toContain('a=sendonly');
  });

  it('is refused where there is nothing to be spoken, and what was agreed stays', async () => {
    const negotiation = new Negotiation(endpoint, null);
    const before = await negotiation.take(says());
    await expect(negotiation.take('v=0\r\n')).rejects.toMatchObject({ code: 'media-refused' });
    expect(await negotiation.take(says())).toBe(before);
  });

  it('is watched for silence while it is to be heard, and at no other time', async () => {
    const negotiation = new Negotiation(endpoint, 30_000);
    const limits: (string | undefined)[] = [];
    const take = async (...said: Parameters<Negotiation['take']>): Promise<void> => {
      await negotiation.take(...said);
      limits.push(endpoint.variables['media_timeout']);
    };
    await take(says(), 'early');
    await take(says());
    await take(says('sendonly'));
    await take(says());
    await take(says('recvonly'));
    await take(says('inactive'));
    const never = String(NEVER_MS);
    expect(limits).toEqual([never, '30000', never, '30000', never, never]);
    // The server looks at a limit only as it takes up an SDP.
    expect(endpoint.offers).toHaveLength(6);
  });

  it('is not watched at all where silence has no limit', async () => {
    await new Negotiation(endpoint, null).take(says());
    expect(endpoint.variables).toEqual({});
  });

  it('can be told a hold again, by taking it off for a moment', async () => {
    const negotiation = new Negotiation(endpoint, null);
    await negotiation.holdAgain();
    await negotiation.take(says());
    await negotiation.holdAgain();
    expect(endpoint.offers).toHaveLength(1);
    await negotiation.take(says('inactive'));
    await negotiation.holdAgain();
    expect(endpoint.offers.map((sdp) => readOffer(sdp)?.audio.direction)).toEqual([
      'sendrecv',
      'inactive',
      'sendrecv',
      'inactive',
    ]);
  });

  it('prefers PCMU where nobody prefers anything', () => {
    expect(readOffer(STAND_IN)?.audio).toMatchObject({ codec: PCMU, direction: 'inactive' });
  });
});
