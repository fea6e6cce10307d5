import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { writeSdp } from '../support/phone/sdp.ts';
import { connectMrf, type EslEvent } from './fsmrf.ts';
import { describeMedia, next } from './media-bench.ts';

interface ShownChannels {
  readonly row_count: number;
  readonly rows?: readonly { readonly uuid: string; readonly callstate: string; readonly read_codec: string }[];
}

describeMedia('a media server', (bench) => {
  it('says where its SIP is', () => {
    expect(bench.server.sip.ipv4.udp.address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('tells every so often how it is', { timeout: 30_000 }, async () => {
    const { server } = bench;
    const { endpoint } = await bench.line();
    await expect
      .poll(() => server.currentSessions, { timeout: 2 * bench.servers.heartbeatMs + 5000 })
      .toBeGreaterThanOrEqual(1);
    expect(server.maxSessions).toBeGreaterThanOrEqual(100);
    expect(server.hostname).not.toBe('');
    expect(server.fsVersion).toMatch(/^1\.10/);
    expect(server.cpuIdle).toBeGreaterThanOrEqual(0);
    await endpoint.destroy();
  });

  it('shows its channels', async () => {
    const { endpoint } = await bench.line();
    const own = async (): Promise<unknown> => {
      const shown = JSON.parse(await bench.server.api('show channels as json')) as ShownChannels;
      return shown.rows?.find(({ uuid }) => uuid === endpoint.uuid);
    };
    await expect.poll(own).toMatchObject({ callstate: 'ACTIVE', read_codec: 'PCMU' });
    expect(await bench.server.api('show channels count')).toMatch(/^\n\d+ total\.\n/);
    expect(await bench.server.api('show channels')).toContain(endpoint.uuid);
    await endpoint.destroy();
    await expect.poll(() => bench.server.api('show channels as json')).not.toContain(endpoint.uuid);
  });

  it('hangs up all of them', async () => {
    const lines = [await bench.line(), await bench.line()];
    const gone = lines.map(({ endpoint }) => next(endpoint.dialog, 'destroy'));
    const told = lines.map(({ endpoint }) => next(endpoint, 'destroy'));
    expect(await bench.server.api('hupall')).toMatch(/^\+OK hangup all channels with cause MANAGER_REQUEST/);
    await Promise.all([...gone, ...told]);
  });

  it('says what it is', async () => {
    expect(await bench.server.api('status')).toMatch(/^UP 0 years.*\nFreeSWITCH .* is ready\n/);
    expect(await bench.server.api('version')).toMatch(/^FreeSWITCH Version 1\.10/);
    expect(await bench.server.api('hostname')).not.toBe('');
    expect(Number(await bench.server.api('uptime'))).toBeGreaterThanOrEqual(0);
  });

  it('sets and reads variables of a channel', async () => {
    const { endpoint } = await bench.line();
    const ask = (command: string): Promise<string> => bench.server.api(command);
    expect(await ask(`uuid_setvar ${endpoint.uuid} colour light green`)).toMatch(/^\+OK/);
    expect(await ask(`uuid_getvar ${endpoint.uuid} colour`)).toBe('light green');
    expect(await ask(`uuid_setvar ${endpoint.uuid} colour`)).toMatch(/^\+OK/);
    expect(await ask(`uuid_getvar ${endpoint.uuid} colour`)).toBe('_undef_');
    expect(await ask('uuid_getvar nobody colour')).toMatch(/^-ERR No such channel/);
    expect(await ask(`uuid_dump ${endpoint.uuid}`)).toContain(`\nUnique-ID: ${endpoint.uuid}\n`);
  });

  it('answers what it has never heard of with an error', async () => {
    expect(await bench.server.api('uuid_nothing x')).toMatch(/^-ERR uuid_nothing/);
  });

  it('runs a command behind the scenes, and tells of its end', async () => {
    const { endpoint } = await bench.line();
    endpoint.conn.subscribe('BACKGROUND_JOB');
    await new Promise((resolve) => endpoint.conn.sendRecv('filter Job-UUID j1', resolve));
    const ended = next<EslEvent>(endpoint.conn, 'esl::event::BACKGROUND_JOB::j1');
    endpoint.conn.sendRecv('bgapi echo hello there\nJob-UUID: j1', () => undefined);
    expect((await ended).getBody()).toBe('hello there');
  });

  it('lets nobody in without the secret', async () => {
    const { host, port } = bench.servers.eventSocket;
    const said = await new Promise<string>((resolve) => {
      const socket = connect(port, host);
      let text = '';
      socket.on('data', (bytes) => (text += bytes.toString()));
      socket.once('data', () => socket.write('api status\n\nauth guess\n\n'));
      socket.on('close', () => resolve(text));
    });
    expect(said).toContain('Reply-Text: -ERR command not found\n');
    expect(said).toContain('Reply-Text: -ERR invalid\n');
    expect(said).not.toContain('UP 0 years');
  });

  it('serves several applications at once', async () => {
    const other = await connectMrf(bench.srf, bench.servers.eventSocket);
    const phone = await bench.phone();
    const endpoint = await other.createEndpoint({ remoteSdp: writeSdp(phone.offer()) });
    expect(await bench.server.api(`uuid_exists ${endpoint.uuid}`)).toBe('true');
    await endpoint.destroy();
    other.disconnect();
  });

  it.runIf(bench.kind === 'embedded')('holds nothing of calls that are over', async () => {
    const lines = await Promise.all(Array.from({ length: 10 }, (_, index) => bench.line(300 + 50 * index)));
    const playing = lines.map(({ endpoint }) => endpoint.play('tone_stream://%(10000,0,440)').catch(() => undefined));
    await Promise.all(lines.map(({ phone }) => phone.waitToHear(440)));
    expect(await bench.servers.counts?.()).toMatchObject({ channels: 10, ports: 10, playbacks: 10, dialogs: 10 });
    await Promise.all(
      lines.map(({ endpoint }, index) => (index % 2 === 0 ? endpoint.destroy() : endpoint.dialog.destroy())),
    );
    await Promise.all(playing);
    await expect
      .poll(() => bench.servers.counts?.())
      .toMatchObject({ channels: 0, ports: 0, playbacks: 0, recordings: 0, dialogs: 0 });
  });

  it.runIf(bench.kind === 'embedded')('says so where it has no such application, and the call goes on', async () => {
    const { endpoint } = await bench.line();
    const ended = await endpoint.execute('conference', 'room');
    expect(ended.getHeader('Application-Response')).toBe(
      '-ERR conference: the embedded engine has no such application; run a FreeSWITCH (FREESWITCH_HOST)',
    );
    await endpoint.play('silence_stream://20');
  });
});
