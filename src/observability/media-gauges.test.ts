import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { watchMediaEngine, watchMediaServers, type MediaGauges } from './media-gauges.ts';

/** Every series as Prometheus would scrape it. */
async function seriesOf(registry: Registry): Promise<string[]> {
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('gauges of the media engine', () => {
  it('tell each of its counts, asked for once at each scrape', async () => {
    const registry = new Registry();
    const counts: MediaGauges = {
      channels: 1,
      ports: 2,
      playbacks: 3,
      recordings: 4,
      eventSockets: 5,
      transactions: 6,
      dialogs: 7,
      heapBytes: 8,
      lagMs: 9,
    };
    let asked = 0;
    watchMediaEngine(registry, () => {
      asked += 1;
      return Promise.resolve(counts);
    });
    expect(await seriesOf(registry)).toEqual([
      'tollgate_media_channels 1',
      'tollgate_media_rtp_ports 2',
      'tollgate_media_playbacks 3',
      'tollgate_media_recordings 4',
      'tollgate_media_event_sockets 5',
      'tollgate_media_transactions 6',
      'tollgate_media_dialogs 7',
      'tollgate_media_engine_heap_bytes 8',
      'tollgate_media_engine_lag_p99_seconds 0.009',
    ]);
    expect(asked).toBe(1);
    await seriesOf(registry);
    expect(asked).toBe(2);
  });
});

describe('gauges of the media servers', () => {
  it('count them by how they stand, states with none as 0, and tell what each has to do', async () => {
    const registry = new Registry();
    watchMediaServers(registry, () => [
      { name: '10.0.0.1:8021', state: 'up', sessions: 7, calls: 3 },
      { name: '10.0.0.2:8021', state: 'down', sessions: 0, calls: 0 },
      { name: '10.0.0.3:8021', state: 'up', sessions: 2, calls: 1 },
    ]);
    expect(await seriesOf(registry)).toEqual([
      'tollgate_media_servers{state="connecting"} 0',
      'tollgate_media_servers{state="up"} 2',
      'tollgate_media_servers{state="draining"} 0',
      'tollgate_media_servers{state="down"} 1',
      'tollgate_media_servers{state="refused"} 0',
      'tollgate_media_servers{state="closed"} 0',
      'tollgate_media_server_sessions{server="10.0.0.1:8021"} 7',
      'tollgate_media_server_sessions{server="10.0.0.2:8021"} 0',
      'tollgate_media_server_sessions{server="10.0.0.3:8021"} 2',
      'tollgate_media_server_calls{server="10.0.0.1:8021"} 3',
      'tollgate_media_server_calls{server="10.0.0.2:8021"} 0',
      'tollgate_media_server_calls{server="10.0.0.3:8021"} 1',
    ]);
  });
});
