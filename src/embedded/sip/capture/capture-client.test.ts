import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HepCollector } from '../../../../test/support/hep-collector.ts';
import type { NameService } from '../locate/name-service.ts';
import { CaptureClient } from './capture-client.ts';
import type { CapturedMessage } from './encode-hep.ts';

const MESSAGE: CapturedMessage = {
  transport: 'udp',
  from: { host: '127.0.0.1', port: 5060 },
  to: { host: '127.0.0.1', port: 5070 },
  atMs: 0,
  bytes: Buffer.from('OPTIONS sip:x SIP/2.0\r\n\r\n'),
};

async function openCollector(): Promise<HepCollector> {
  const collector = await HepCollector.open();
  onTestFinished(() => collector.close());
  return collector;
}

/** Names that lead where the test says, at each time they are asked. */
function namesThatLeadTo(...answers: readonly (readonly string[])[]): NameService {
  let asked = 0;
  return {
    addresses: () => Promise.resolve(answers[asked++] ?? []),
    services: () => Promise.resolve([]),
  };
}

function openClient(collector: HepCollector, names: NameService, onTrouble: (error: Error) => void): CaptureClient {
  const port = Number(collector.at.split(':')[1]);
  const client = new CaptureClient({ host: 'homer.example', port, id: 7 }, names, onTrouble);
  onTestFinished(() => client.close());
  return client;
}

describe('a capture client', () => {
  it('drops copies while the server has no address, says so once, and goes on when it has one', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const collector = await openCollector();
    const troubles: string[] = [];
    const names = namesThatLeadTo([], [], ['127.0.0.1']);
    const client = openClient(collector, names, ({ message }) => troubles.push(message));
    client.send(MESSAGE);
    await vi.waitFor(() => expect(troubles).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(60_000);
    await vi.advanceTimersByTimeAsync(60_000);
    client.send(MESSAGE);
    await vi.waitFor(() => expect(collector.packets).toHaveLength(1));
    expect(troubles).toEqual([expect.stringContaining('homer.example')]);
  });

  it('does nothing once it is closed, not even with an answer that comes late', async () => {
    const collector = await openCollector();
    const answer = Promise.withResolvers<readonly string[]>();
    const names = { ...namesThatLeadTo(), addresses: () => answer.promise };
    const client = openClient(collector, names, () => undefined);
    client.close();
    answer.resolve(['127.0.0.1']);
    await answer.promise;
    expect(() => client.send(MESSAGE)).not.toThrow();
  });
});
