import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { appRequest, FakeNetwork } from '../../../../test/support/fake-network.ts';

const PEER = 'sip:peer@192.0.2.2';

describe('the callee’s side', () => {
  let net: FakeNetwork;
  beforeEach(() => {
    vi.useFakeTimers();
    net = new FakeNetwork();
  });
  afterEach(() => {
    net.agent.close();
    vi.useRealTimers();
  });

  it('repeats a 200 from T1 up to T2 until its ACK, and hangs up after 64·T1 without one', async () => {
    net.request('INVITE', 1, { body: 'v=0' });
    net.answer(200);
    await net.wait(31_999);
    const repeated = net.lines.filter((line) => line === '200 INVITE');
    // At 0, 0.5, 1.5, 3.5 s, and every 4 s from 7.5 to 31.5 s.
    expect(repeated).toHaveLength(11);
    await net.wait(1);
    expect(net.last('BYE')).toContain('text="ACK timeout"');
    expect(net.link.last).toMatchObject({ source: 'application', transactionId: 'unsolicited' });
    expect(net.agent.dialogs.size).toBe(0);
  });

  it('refuses a caller that never PRACKs with 504, even one whose 200 waits for the PRACK', async () => {
    net.request('INVITE', 1, { headers: ['Require: 100rel'], body: 'v=0' });
    net.answer(180, [{ name: 'Require', value: '100rel' }]);
    net.answer(200);
    await net.wait(31_999);
    expect(net.lines.filter((line) => line === '200 INVITE')).toEqual([]);
    await net.wait(1);
    expect(net.lines.at(-1)).toBe('504 INVITE');
    expect(net.agent.dialogs.size + net.agent.answering.size).toBe(0);
  });

  it('refuses an INVITE the application leaves without an answer for 180 s with 408', async () => {
    net.request('INVITE', 1);
    await net.wait(100_000);
    net.answer(180);
    await net.wait(179_999);
    expect(net.lines).toEqual(['100 INVITE', '180 INVITE']);
    await net.wait(1);
    expect(net.lines.at(-1)).toBe('408 INVITE');
    expect(net.agent.answering.size).toBe(0);
  });

  it('ends another request the application never answers, and keeps nothing of it', async () => {
    net.request('OPTIONS', 1);
    await net.wait(32_000);
    expect(net.lines).toEqual(['500 OPTIONS']);
    await net.wait(32_000);
    expect(net.agent.answering.size + net.agent.transactions.size).toBe(0);
  });

  it('answers 500 for a bug, and drops the transaction in time', async () => {
    net.link.deliver = () => {
      throw new Error('a bug');
    };
    expect(() => net.request('OPTIONS', 1)).toThrow('a bug');
    expect(net.lines).toEqual(['500 OPTIONS']);
    await net.wait(32_000);
    expect(net.agent.transactions.size).toBe(0);
  });

  it('refuses a re-INVITE while ours is out with 491, and one that overtakes another with 500', async () => {
    const toTag = net.callIn();
    await net.agent.calling.sendWithin(net.link, 'call;from-tag=peer', appRequest('INVITE'));
    net.request('INVITE', 2, { toTag });
    expect(net.lines.at(-1)).toBe('491 INVITE');
    net.reply(net.last('INVITE'), 200, { toTag: 'peer' });
    net.request('INVITE', 3, { toTag });
    net.request('INVITE', 4, { toTag });
    expect(net.last('SIP/2.0 500')).toMatch(/^Retry-After: \d+\r$/m);
  });

  it('begins nothing new with an application that is far behind: 503, while calls go on', () => {
    const toTag = net.callIn();
    net.link.busy = true;
    net.request('OPTIONS', 7);
    expect(net.last('SIP/2.0 503')).toContain('Retry-After: 10');
    net.request('INFO', 2, { toTag });
    expect(net.link.lines).toEqual(['INVITE', 'ACK', 'INFO']);
  });

  it.each(['B%59E', 'BYEX', 'REGISTER'])(
    'refuses %s within a call with 501: an application might mistake it',
    (method) => {
      const toTag = net.callIn();
      net.request(method, 2, { toTag });
      expect(net.lines.at(-1)).toMatch(/^501/);
      expect(net.link.lines).toEqual(['INVITE', 'ACK']);
    },
  );

  it('refuses a session interval below 90 s with 422', () => {
    const toTag = net.callIn();
    net.request('UPDATE', 2, { toTag, headers: ['Session-Expires: 60'] });
    expect(net.last('SIP/2.0 422')).toContain('Min-SE: 90');
  });

  it('takes a BYE before the answer for a CANCEL: 200, 487, and the application hears CANCEL', () => {
    net.request('INVITE', 1);
    net.answer(180);
    const toTag = /^To: .*;tag=(\S+)/m.exec(net.last('SIP/2.0 180'))?.[1] ?? '';
    net.request('BYE', 2, { toTag });
    expect(net.lines.slice(-2).toSorted()).toEqual(['200 BYE', '487 INVITE']);
    expect(net.link.lines).toEqual(['INVITE', 'CANCEL']);
  });

  it('answers a CANCEL after the 200 with 481, and the call stays up', () => {
    net.request('INVITE', 1);
    net.answer(200);
    net.request('CANCEL', 1);
    expect(net.lines.at(-1)).toBe('481 CANCEL');
    expect(net.agent.dialogs.size).toBe(1);
  });

  it('hears an RFC 2543 client’s ACK, on the branch of its INVITE', async () => {
    net.request('INVITE', 1);
    net.answer(200);
    const toTag = /^To: .*;tag=(\S+)/m.exec(net.last('SIP/2.0 200'))?.[1] ?? '';
    net.receive([
      'ACK sip:us@192.0.2.1 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK-INVITE-1',
      'From: <sip:peer@192.0.2.2>;tag=peer',
      `To: <sip:us@192.0.2.1>;tag=${toTag}`,
      'Call-ID: call',
      'CSeq: 1 ACK',
    ]);
    expect(net.link.lines).toEqual(['INVITE', 'ACK']);
    const before = net.sent.length;
    await net.wait(32_000);
    expect(net.sent.length).toBe(before);
  });

  it('hangs up after a day without a word', async () => {
    net.callIn();
    await net.wait(25 * 3_600_000);
    expect(net.last('BYE')).toContain('Call limit reached');
    expect(net.agent.dialogs.size).toBe(0);
  });
});

describe('the caller’s side', () => {
  let net: FakeNetwork;
  beforeEach(() => {
    vi.useFakeTimers();
    net = new FakeNetwork();
  });
  afterEach(() => {
    net.agent.close();
    vi.useRealTimers();
  });

  const call = (): Promise<unknown> =>
    net.agent.calling.send(net.link, appRequest('INVITE', PEER, [], 'v=0 ours'), undefined);

  it('lets it ring for 180 s from the last provisional response, then cancels, and gives the application 408', async () => {
    await call();
    const invite = net.last('INVITE');
    net.reply(invite, 180, { toTag: 'x' });
    await net.wait(100_000);
    net.reply(invite, 183, { toTag: 'x' });
    await net.wait(179_999);
    expect(net.lines).not.toContain('CANCEL');
    await net.wait(1);
    expect(net.lines).toContain('CANCEL');
    await net.wait(32_000);
    expect(net.link.lines).toEqual(['180', '183', '408']);
    expect(net.agent.dialogs.size).toBe(0);
    await net.wait(32_000);
    expect(net.agent.transactions.size).toBe(0);
  });

  it('gives the application 503 when the request can not be delivered', async () => {
    net.isBroken = true;
    await call();
    await net.wait(10);
    expect(net.link.lines).toEqual(['503']);
  });

  it('gives the application 503 for a name nobody knows, after the echo', async () => {
    const sent = await net.agent.calling.send(net.link, appRequest('OPTIONS', 'sip:x@nowhere.example'), undefined);
    expect(sent.message).toMatchObject({ method: 'OPTIONS' });
    await net.wait(1);
    expect(net.link.lines).toEqual(['503']);
    expect(net.link.last.transactionId).toBe(sent.transactionId);
  });

  it('refuses a header that would bring a line of its own', async () => {
    const evil = appRequest('OPTIONS', PEER, [{ name: 'X-Note', value: 'a\r\nVia: forged' }]);
    await expect(net.agent.calling.send(net.link, evil, undefined)).rejects.toThrow(RangeError);
    expect(net.sent).toEqual([]);
  });

  it('refuses a body whose type nobody told', async () => {
    const nameless = appRequest('MESSAGE', PEER, [], 'hello');
    await expect(net.agent.calling.send(net.link, nameless, undefined)).rejects.toThrow('missing content-type');
  });

  it('hands up reliable provisional responses in order, and not those after a gap', async () => {
    await call();
    const reliable = (rseq: number): { toTag: string; headers: string[] } => ({
      toTag: 'x',
      headers: ['Require: 100rel', `RSeq: ${rseq}`],
    });
    const invite = net.last('INVITE');
    net.reply(invite, 180, reliable(10));
    net.reply(invite, 181, reliable(12));
    net.reply(invite, 182, reliable(11));
    net.reply(invite, 183, reliable(11));
    expect(net.link.lines).toEqual(['180', '182']);
  });

  it('forgets a dialog once its BYE is answered, or never will be', async () => {
    net.callIn();
    await net.agent.calling.sendWithin(net.link, 'call;from-tag=peer', appRequest('BYE'));
    await net.wait(32_000);
    expect(net.link.lines.at(-1)).toBe('408');
    expect(net.agent.dialogs.size).toBe(0);
  });

  it('puts a request with the Call-ID of a call into that call', async () => {
    const toTag = net.callIn();
    const named = appRequest('INFO', PEER, [{ name: 'Call-ID', value: 'call' }]);
    await net.agent.calling.send(net.link, named, undefined);
    expect(net.last('INFO')).toContain(`tag=${toTag}`);
  });

  it('keeps the dialog when its BYE is challenged', async () => {
    net.callIn();
    await net.agent.calling.sendWithin(net.link, 'call;from-tag=peer', appRequest('BYE'));
    net.reply(net.last('BYE'), 407);
    expect(net.agent.dialogs.size).toBe(1);
  });

  it('cancels a re-INVITE when the call is hung up meanwhile', async () => {
    net.callIn();
    const send = (method: string): Promise<unknown> =>
      net.agent.calling.sendWithin(net.link, 'call;from-tag=peer', appRequest(method));
    await send('INVITE');
    net.reply(net.last('INVITE'), 100);
    await send('BYE');
    expect(net.lines.slice(-2)).toEqual(['CANCEL', 'BYE']);
  });
});
