import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeNetwork } from '../../../../test/support/fake-network.ts';

describe('session timers (RFC 4028)', () => {
  let net: FakeNetwork;
  beforeEach(() => {
    vi.useFakeTimers();
    net = new FakeNetwork();
  });
  afterEach(() => {
    net.agent.close();
    vi.useRealTimers();
  });

  const agreed = (refresher: 'uac' | 'uas'): { name: string; value: string }[] => [
    { name: 'Session-Expires', value: `600;refresher=${refresher}` },
  ];

  it('refreshes half-way with our last session description where we are to, and again after the answer', async () => {
    net.callIn(agreed('uas'));
    await net.wait(299_999);
    expect(net.lines).not.toContain('INVITE');
    await net.wait(1);
    const refresh = net.last('INVITE');
    expect(refresh).toContain('Session-Expires: 600;refresher=uac');
    expect(refresh).toContain('v=0 ours');
    net.reply(refresh, 200, { headers: ['Session-Expires: 600;refresher=uac'] });
    await net.wait(10);
    expect(net.lines.at(-1)).toBe('ACK');
    await net.wait(300_000);
    expect(net.lines.filter((line) => line === 'INVITE')).toHaveLength(2);
  });

  it('hangs up where the peer was to refresh and did not', async () => {
    net.callIn(agreed('uac'));
    await net.wait(567_999);
    expect(net.lines).not.toContain('BYE');
    await net.wait(1);
    expect(net.last('BYE')).toContain('Session timer expired');
    expect(net.link.last).toMatchObject({ transactionId: 'unsolicited', source: 'application' });
  });

  it('begins anew with each refresh of the peer', async () => {
    const toTag = net.callIn(agreed('uac'));
    await net.wait(300_000);
    net.request('INVITE', 2, { toTag, headers: ['Session-Expires: 600;refresher=uac'], body: 'v=0' });
    net.answer(200);
    expect(net.last('SIP/2.0 200')).toContain('Session-Expires: 600;refresher=uac');
    net.request('ACK', 2, { toTag });
    await net.wait(500_000);
    expect(net.lines).not.toContain('BYE');
  });

  it('is over where a refresh is answered without an interval', async () => {
    const toTag = net.callIn(agreed('uac'));
    net.request('INVITE', 2, { toTag, body: 'v=0' });
    net.answer(200);
    net.request('ACK', 2, { toTag });
    await net.wait(700_000);
    expect(net.lines).not.toContain('BYE');
  });

  it('agrees to what a caller asks for by name, and to nothing else by itself', () => {
    net.callIn([], ['Session-Expires: 1800;refresher=uac']);
    expect(net.last('SIP/2.0 200')).toContain('Session-Expires: 1800;refresher=uac');
    const other = new FakeNetwork();
    other.callIn([], ['Session-Expires: 1800']);
    expect(other.last('SIP/2.0 200')).not.toContain('Session-Expires');
    other.agent.close();
  });

  it('tries again later after glare, and hangs up when the refresh is refused', async () => {
    net.callIn(agreed('uas'));
    await net.wait(300_000);
    net.reply(net.last('INVITE'), 491);
    await net.wait(300_000);
    expect(net.lines.filter((line) => line === 'INVITE')).toHaveLength(2);
    net.reply(net.last('INVITE'), 481);
    await net.wait(10);
    expect(net.lines).toContain('BYE');
  });

  it('is over with the call', async () => {
    const toTag = net.callIn(agreed('uac'));
    net.request('BYE', 2, { toTag });
    net.answer(200);
    await net.wait(600_000);
    expect(net.lines).not.toContain('BYE');
  });
});
