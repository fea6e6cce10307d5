import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { appRequest, FakeNetwork } from '../../../../test/support/fake-network.ts';
import { CallJournal, leftBehind } from '../journal/call-journal.ts';
import { Journal } from '../journal/journal.ts';

const PEER = 'sip:peer@192.0.2.2';

describe('the successor of an engine that died', () => {
  let folder: string;
  let net: FakeNetwork;
  const nets: FakeNetwork[] = [];

  const openJournal = (): Journal =>
    Journal.open(join(folder, 'embedded-sip.journal'), (error) => {
      throw error;
    });
  const open = (): FakeNetwork => {
    const journal = openJournal();
    const left = leftBehind(journal);
    const next = new FakeNetwork(new CallJournal(journal));
    nets.push(next);
    // Its application connects only when the engine has taken up what it found.
    next.link.open = false;
    next.agent.takeUp(left);
    next.link.open = true;
    return next;
  };
  /** The engine is gone at this instant, nothing of it was closed; another starts in its place. */
  const die = (): void => {
    net = open();
  };
  const left = (): ReturnType<typeof leftBehind> => leftBehind(openJournal());
  const NOTHING = { callers: [], ringing: [], dialogs: [] };
  const header = (text: string, name: string): string | undefined =>
    new RegExp(`^${name}: (.*)\r$`, 'm').exec(text)?.[1];

  beforeEach(() => {
    vi.useFakeTimers();
    folder = mkdtempSync(join(tmpdir(), 'tollgate-take-up-'));
    net = open();
  });
  afterEach(() => {
    for (const { agent } of nets.splice(0)) agent.close();
    vi.useRealTimers();
    rmSync(folder, { recursive: true, force: true });
  });

  it('refuses the caller who waits, until the refusal is acknowledged', async () => {
    net.request('INVITE', 1, { body: 'v=0' });
    net.answer(180);
    die();
    expect(net.lines).toEqual(['503 INVITE']);
    await net.wait(500);
    expect(net.lines).toEqual(['503 INVITE', '503 INVITE']);
    net.request('ACK', 1);
    net.request('CANCEL', 1);
    expect(net.link.told).toEqual([]);
    expect(left()).toEqual(NOTHING);
  });

  it('cancels what rings in the INVITE’s own transaction, and acknowledges the 487', async () => {
    await net.agent.calling.send(net.link, appRequest('INVITE', PEER), undefined);
    const invite = net.last('INVITE');
    net.reply(invite, 180, { toTag: 'them' });
    die();
    const cancel = net.last('CANCEL');
    for (const name of ['Via', 'From', 'To', 'Call-ID', 'Max-Forwards']) {
      expect(header(cancel, name)).toBe(header(invite, name));
    }
    expect(header(cancel, 'CSeq')?.split(' ')[0]).toBe(header(invite, 'CSeq')?.split(' ')[0]);
    net.reply(invite, 487, { toTag: 'them' });
    expect(net.lines).toEqual(['CANCEL', 'ACK']);
    expect(left()).toEqual(NOTHING);
  });

  it('lets the application cancel it by its transaction id, too', async () => {
    const sent = await net.agent.calling.send(net.link, appRequest('INVITE', PEER), undefined);
    die();
    expect(net.agent.calling.cancel(sent.transactionId, [])).toMatchObject({ message: { method: 'CANCEL' } });
    expect(net.lines).toEqual(['CANCEL']);
  });

  it('acknowledges and hangs up who answers all the same', async () => {
    await net.agent.calling.send(net.link, appRequest('INVITE', PEER), undefined);
    const invite = net.last('INVITE');
    die();
    net.reply(invite, 200, { toTag: 'them' });
    await net.wait(0);
    expect(net.lines).toEqual(['CANCEL', 'ACK', 'BYE']);
    expect(net.link.told).toEqual([]);
    expect(left()).toEqual(NOTHING);
  });

  it('hangs up a call that is up when its application says so, numbered past all that went before', async () => {
    await net.agent.calling.send(net.link, appRequest('INVITE', PEER), undefined);
    const invite = net.last('INVITE');
    net.reply(invite, 200, { toTag: 'them', headers: ['Record-Route: <sip:192.0.2.9;lr>'] });
    const id = net.link.last.dialogId;
    await net.agent.calling.sendWithin(net.link, id, appRequest('ACK'));
    await net.agent.calling.sendWithin(net.link, id, appRequest('INFO'));
    const before = Number.parseInt(header(net.last('INFO'), 'CSeq') ?? '', 10);
    die();
    await net.agent.calling.sendWithin(net.link, id, appRequest('BYE'));
    const bye = net.last('BYE');
    expect(header(bye, 'To')).toContain('tag=them');
    expect(header(bye, 'From')).toBe(header(invite, 'From'));
    expect(header(bye, 'Route')).toBe('<sip:192.0.2.9;lr>');
    expect(Number.parseInt(header(bye, 'CSeq') ?? '', 10)).toBeGreaterThan(before);
    net.reply(bye, 200);
    expect(left()).toEqual(NOTHING);
  });

  it('hangs up by itself what no application claims in two seconds', async () => {
    const toTag = net.callIn();
    die();
    await net.wait(1_999);
    expect(net.lines).toEqual([]);
    await net.wait(1);
    expect(header(net.last('BYE sip:peer@192.0.2.2:5060'), 'From')).toContain(`tag=${toTag}`);
    expect(left()).toEqual(NOTHING);
  });

  it('leaves alone what ended before, and what its peer ends meanwhile', async () => {
    net.callIn();
    await net.agent.calling.sendWithin(net.link, 'call;from-tag=peer', appRequest('BYE'));
    net.reply(net.last('BYE'), 200);
    expect(left()).toEqual(NOTHING);
    die();
    const toTag = net.callIn();
    die();
    net.request('BYE', 2, { toTag });
    expect(net.lines).toEqual(['481 BYE']);
    await net.wait(2_000);
    expect(net.lines).toEqual(['481 BYE']);
  });

  it('goes where the peer has moved to', async () => {
    const toTag = net.callIn();
    net.request('UPDATE', 2, { toTag, contact: 'sip:peer@192.0.2.2:7060' });
    die();
    await net.wait(2_000);
    expect(net.last('BYE')).toMatch(/^BYE sip:peer@192\.0\.2\.2:7060 /);
  });

  it('is told nothing of what is no call', () => {
    net.request('OPTIONS', 1);
    expect(left()).toEqual(NOTHING);
  });
});
