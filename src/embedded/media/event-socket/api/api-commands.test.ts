import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mediaChannels, settle } from '../../../../../test/support/media-channels.ts';
import { temporaryFolder } from '../../../../../test/support/temporary-folder.ts';
import { EngineLoad } from '../engine-load.ts';
import type { ApiEngine } from './api-command.ts';
import { apiCommands } from './api-commands.ts';

function api() {
  const world = mediaChannels();
  const engine: ApiEngine = {
    identity: world.identity,
    channels: world.channels,
    load: new EngineLoad(world.channels, { maxSessions: 10, maxPerSecond: 10 }),
    sipAddress: '127.0.0.1:5080',
  };
  const ask = (text: string): string | Promise<string> => {
    const [, name = '', argument = ''] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
    return apiCommands.get(name)!(argument, engine);
  };
  return { ...world, ask };
}

describe('api', () => {
  it('tells where the one SIP profile is, as clients look for it', async () => {
    expect(await api().ask('sofia status')).toMatch(
      /^\s*drachtio_mrf\s.*sip:mod_sofia@((?:[0-9]{1,3}\.){3}[0-9]{1,3}:\d+)\tRUNNING \(0\)$/m,
    );
    expect(await api().ask('sofia profile x rescan')).toMatch(
      /^-ERR sofia profile x rescan: the embedded engine has no such/,
    );
  });

  it.each([
    'uuid_dump',
    'uuid_getvar u',
    'uuid_setvar u',
    'uuid_setvar_multi u',
    'uuid_kill',
    'uuid_bridge u',
    'uuid_transfer u',
    'uuid_break',
    'uuid_broadcast u',
    'uuid_record u start',
    'uuid_send_dtmf u',
    'uuid_recv_dtmf u',
  ])('says how %s is to be written', async (command) => {
    expect(await api().ask(command)).toMatch(/^-USAGE: <uuid>/);
  });

  it.each([
    ['uuid_dump u', '-ERR No such channel!\n'],
    ['uuid_getvar u a', '-ERR No such channel!\n'],
    ['uuid_setvar u a b', '-ERR No such channel!\n'],
    ['uuid_setvar_multi u a=b', '-ERR No such channel!\n'],
    ['uuid_set_media_stats u', '-ERR No such channel!\n'],
    ['uuid_kill u', '-ERR No such channel!\n'],
    ['uuid_bridge u v', '-ERR Invalid uuid\n'],
    ['uuid_transfer u -both park inline', '-ERR No such channel!\n'],
    ['uuid_park u', '-ERR No such channel!\n'],
    ['uuid_break u all', '-ERR No such channel!\n'],
    ['uuid_broadcast u x both', '-ERR invalid uuid\n'],
    ['uuid_record u stop /a.wav', '-ERR Cannot locate session!\n'],
    ['uuid_send_dtmf u 1', '-ERR Cannot locate session!\n'],
    ['uuid_recv_dtmf u 1', '-ERR Cannot locate session!\n'],
    ['uuid_exists u', 'false'],
  ])('%s of a channel that is not there: %j', async (command, answer) => {
    expect(await api().ask(command)).toBe(answer);
  });

  it('shows channels as a table, as JSON and as a number', async () => {
    const { ask, open } = api();
    expect(await ask('show channels')).toBe('\n0 total.\n');
    expect(await ask('show channels as json')).toBe('{"row_count": 0}\n');
    const [one] = [open(), open()];
    const [names, first] = (await ask('show channels as delim |')).split('\n');
    expect([names?.startsWith('uuid|direction|'), first?.startsWith('channel-1|inbound|')]).toEqual([true, true]);
    expect(JSON.parse(await ask('show channels as json'))).toMatchObject({
      row_count: 2,
      rows: [{ uuid: 'channel-1', callstate: 'ACTIVE', dest: 'drachtio' }, { uuid: 'channel-2' }],
    });
    expect([await ask('show channels count'), await ask('show channels count as json')]).toEqual([
      '\n2 total.\n',
      '{"row_count": 2}\n',
    ]);
    one.channel.hangup('NORMAL_CLEARING');
    expect(await ask('show channels count')).toBe('\n1 total.\n');
    expect(await ask('show registrations')).toMatch(
      /^-ERR show registrations: the embedded engine has no such command/,
    );
  });

  it('sets variables, several at once too', async () => {
    const { ask, open } = api();
    const { variables } = open().channel;
    expect(await ask('uuid_setvar_multi channel-1 a=1;b=two words;c=')).toBe('+OK\n');
    expect(['a', 'b', 'c'].map((name) => variables.get(name))).toEqual(['1', 'two words', undefined]);
    expect(await ask('uuid_dump channel-1')).toMatch(/\nvariable_a: 1\nvariable_b: two%20words\n/);
    expect(JSON.parse(await ask('uuid_dump channel-1 json'))).toMatchObject({ variable_b: 'two words' });
  });

  it('parts a bridge, and ends what runs on both sides of it', async () => {
    const { ask, open } = api();
    const [a, b] = [open(), open()];
    expect(await ask('uuid_bridge channel-1 channel-2')).toBe('+OK channel-2\n');
    const running = [a.run('park'), b.run('park')];
    expect(await ask('uuid_transfer channel-1 -both park inline')).toBe('+OK\n');
    await Promise.all(running);
    expect(a.channel.bridge).toBeUndefined();
    expect(await ask('uuid_bridge channel-1 channel-1')).toBe('-ERR Invalid uuid\n');
    expect(await ask('uuid_transfer channel-1 100 XML default')).toMatch(
      /^-ERR uuid_transfer to 100 XML default: the emb/,
    );
  });

  it('broadcasts to one side, the other, or both, and whatever application', async () => {
    const { ask, open, sources } = api();
    const [a, b] = [open(), open()];
    await ask('uuid_bridge channel-1 channel-2');
    for (const leg of ['', ' aleg', ' bleg', ' both']) {
      expect(await ask(`uuid_broadcast channel-1 a sound${leg}`)).toBe('+OK Message sent\n');
      await settle();
      const heard = [a.port.heard !== undefined, b.port.heard !== undefined];
      expect(heard).toEqual(
        { '': [true, false], ' aleg': [true, false], ' bleg': [false, true], ' both': [true, true] }[leg],
      );
      for (const { port } of [a, b]) port.heard?.end('finished');
      await settle();
    }
    expect(new Set(sources.map(({ name }) => name))).toEqual(new Set(['a sound']));
    await ask('uuid_broadcast channel-1 set::colour=green aleg');
    expect(a.channel.variables.get('colour')).toBe('green');
    expect(await ask('uuid_broadcast channel-1 conference::room')).toMatch(/^-ERR conference: .*no such application/);
    expect(await ask('uuid_broadcast channel-1 x holdb')).toMatch(/^-ERR uuid_broadcast to holdb: .*no such command/);
  });

  it('records by file, which may have spaces in its name', async () => {
    const { ask, open } = api();
    const { channel, port } = open();
    const file = join(temporaryFolder(), 'a call.wav');
    channel.setVariable('RECORD_STEREO', 'true');
    expect(await ask(`uuid_record channel-1 start '${file}' 30`)).toBe('+OK Success\n');
    expect(port.recordings[0]).toMatchObject({ file, options: { stereo: true, limitMs: 30_000 } });
    expect(await ask(`uuid_record channel-1 mask '${file}'`)).toBe('+OK Success\n');
    expect(await ask(`uuid_record channel-1 unmask '${file}'`)).toBe('+OK Success\n');
    expect(await ask(`uuid_record channel-1 stop '${file}'`)).toBe('+OK Success\n');
    expect(await ask(`uuid_record channel-1 stop '${file}'`)).toBe('-ERR Cannot stop record session!\n');
    expect(await ask(`uuid_record channel-1 mask '${file}'`)).toBe('-ERR Cannot mask recording session!\n');
    expect(await ask(`uuid_record channel-1 unmask '${file}'`)).toBe('-ERR Cannot unmask recording session!\n');
    expect(await ask('uuid_record channel-1 stop all')).toBe('+OK Success\n');
    expect(await ask(`uuid_record channel-1 burn '${file}'`)).toMatch(/^-USAGE/);
  });

  it('sends digits and takes digits for the peer’s', async () => {
    const { ask, open, heard } = api();
    const { port } = open();
    expect(await ask('uuid_send_dtmf channel-1 12#@80')).toBe('+OK channel-1 sent DTMF 12#@80.\n');
    expect(await ask('uuid_send_dtmf channel-1 7')).toBe('+OK channel-1 sent DTMF 7.\n');
    expect(port.sentDigits).toEqual(['12#@80', '7@250']);
    expect(await ask('uuid_send_dtmf channel-1 1x')).toMatch(/^-ERR 1x: use 0-9/);
    expect(await ask('uuid_recv_dtmf channel-1 4w2')).toBe('+OK channel-1 received DTMF 4w2.\n');
    expect(heard.filter(({ name }) => name === 'DTMF').map(({ headers }) => headers.get('DTMF-Digit'))).toEqual([
      '4',
      '2',
    ]);
    expect(await ask('uuid_recv_dtmf channel-1 z')).toMatch(/^-ERR z: use 0-9/);
  });

  it('hangs up one or all, with a cause', async () => {
    const { ask, open } = api();
    const [a, b, c] = [open(), open(), open()];
    await ask('uuid_kill channel-1 17');
    await ask('uuid_kill channel-2');
    expect(await ask('hupall normal_temporary_failure')).toBe(
      '+OK hangup all channels with cause NORMAL_TEMPORARY_FAILURE\n',
    );
    expect([a.byes, b.byes, c.byes]).toEqual([['USER_BUSY'], ['NORMAL_CLEARING'], ['NORMAL_TEMPORARY_FAILURE']]);
  });
});
