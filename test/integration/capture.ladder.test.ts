import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HepCollector, type HepPacket } from '../support/hep-collector.ts';
import { answers } from '../support/phone/behaviours.ts';
import { Stage } from './stage.ts';

async function openCollector(): Promise<HepCollector> {
  const collector = await HepCollector.open();
  onTestFinished(() => collector.close());
  return collector;
}

/** `INVITE`, `200 BYE`: the first line's word, and for responses the method they answer. */
function labelOf({ payload }: HepPacket): string {
  const [first = ''] = payload.split('\r\n');
  const status = /^SIP\/2\.0 (\d+)/.exec(first)?.[1];
  if (status === undefined) return first.split(' ')[0] ?? '';
  const method = /\r\nCSeq: \d+ (\w+)/i.exec(payload)?.[1];
  return method === 'INVITE' ? status : `${status} ${method}`;
}

/** What was captured between the product and one phone, as that phone would tell it: each message once. */
function seenBy(packets: readonly HepPacket[], callId: string, phone: string): string[] {
  const ofCall = packets.filter(({ payload }) => payload.includes(`${callId}\r\n`));
  return [...new Map(ofCall.map((packet) => [packet.payload, packet])).values()].map(
    (packet) => `${packet.from === phone ? '→' : '←'} ${labelOf(packet)}`,
  );
}

// A drachtio-server makes its captures itself.
describe.skipIf(process.env['DRACHTIO_HOST'] !== undefined)('captures', () => {
  it('hold every message of a call, both legs, as the phones saw them', async () => {
    const collector = await openCollector();
    const env = { HEP_TARGET: collector.at, HEP_CAPTURE_ID: '4711', HEP_PASSWORD: 'of-homer' };
    const stage = await Stage.set({ buyers: { ann: answers() }, env });
    const before = Date.now();
    const [call, answered] = await stage.connect('ann');
    await call.bye();
    await stage.onlyCdr();

    const { carrier } = stage;
    const ann = stage.buyer('ann');
    await vi.waitFor(() => {
      expect(seenBy(collector.packets, call.callId, carrier.at)).toEqual(stage.wire(carrier));
      expect(seenBy(collector.packets, answered.callId, ann.at)).toEqual(stage.wire(ann));
    });
    const mine = collector.packets.filter(({ payload }) => payload.includes(call.callId));
    expect(mine.length).toBeGreaterThan(0);
    for (const packet of mine) {
      expect(packet).toMatchObject({ protocol: 17, payloadType: 1, agentId: 4711, password: 'of-homer' });
      expect([packet.from, packet.to].sort()).toEqual([carrier.at, stage.product.sip].sort());
      expect(packet.atMs).toBeGreaterThanOrEqual(before);
    }
  });

  it('tell what went over TCP, with the ends that its connection has', async () => {
    const collector = await openCollector();
    const stage = await Stage.set({ buyers: { ann: answers() }, env: { HEP_TARGET: collector.at } });
    const [call] = await stage.connect('ann', { transport: 'tcp' });
    await call.bye();
    await stage.onlyCdr();
    const ofCall = () => collector.packets.filter(({ payload }) => payload.includes(call.callId));
    await vi.waitFor(() => {
      expect(ofCall().map(labelOf)).toEqual(expect.arrayContaining(['INVITE', '200', 'ACK', 'BYE', '200 BYE']));
    });
    for (const packet of ofCall()) {
      expect(packet.protocol).toBe(6);
      expect([packet.from, packet.to]).toContain(stage.product.sip);
    }
  });
});
