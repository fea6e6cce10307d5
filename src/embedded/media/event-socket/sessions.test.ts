import { describe, expect, it, onTestFinished } from 'vitest';
import { EventSocketClient } from '../../../../test/support/event-socket-client.ts';
import { mediaChannels } from '../../../../test/support/media-channels.ts';
import type { ApiCommand } from './api/api-command.ts';
import { apiCommands } from './api/api-commands.ts';
import { EngineLoad } from './engine-load.ts';
import { EventSocketServer } from './inbound-server.ts';
import { connectOutbound } from './outbound-connection.ts';
import type { SessionServices } from './session.ts';

const SECRET = 'a secret nobody knows';

/** An event socket with channels behind it that have no network. */
async function eventSocket() {
  const world = mediaChannels();
  const load = new EngineLoad(world.channels, { maxSessions: 10, maxPerSecond: 10 });
  const slow = { begun: Promise.withResolvers<void>(), done: Promise.withResolvers<string>() };
  const slowly = (): Promise<string> => {
    slow.begun.resolve();
    return slow.done.promise;
  };
  const services: SessionServices = {
    identity: world.identity,
    events: world.events,
    channels: world.channels,
    load,
    sipAddress: '127.0.0.1:5080',
    apiCommands: new Map<string, ApiCommand>([
      ...apiCommands,
      ['broken', () => Promise.reject(new Error('oh'))],
      ['slow', slowly],
    ]),
    onBug: (error) => world.bugs.push(error),
  };
  const server = await EventSocketServer.listen({ host: '127.0.0.1', port: 0 }, SECRET, services, () => undefined);
  onTestFinished(() => server.close());
  const knock = (): Promise<EventSocketClient> => EventSocketClient.connect(server.port);
  const enter = async (): Promise<EventSocketClient> => {
    const client = await knock();
    await client.next();
    expect((await client.ask(`auth ${SECRET}`)).header('Reply-Text')).toBe('+OK accepted');
    return client;
  };
  /** An application that drives a channel. */
  const drive = async () => {
    const { port, accept } = await EventSocketClient.listen();
    const tested = world.open();
    connectOutbound({ host: '127.0.0.1', port }, tested.channel, services);
    return { ...tested, client: await accept() };
  };
  return { ...world, server, services, slow, knock, enter, drive };
}

describe('whoever connects', () => {
  it('is asked for the secret, and can do nothing without it', async () => {
    const { knock } = await eventSocket();
    const client = await knock();
    expect((await client.next()).header('Content-Type')).toBe('auth/request');
    for (const command of ['api status', 'event plain ALL', 'bgapi status', 'sendmsg x\ncall-command: hangup'])
      expect((await client.ask(command)).header('Reply-Text')).toBe('-ERR command not found');
  });

  it.each(['wrong', '', `${SECRET} `.repeat(2), SECRET.slice(0, -1)])(
    'is sent away with the secret %j',
    async (guess) => {
      const { knock } = await eventSocket();
      const client = await knock();
      await client.next();
      expect((await client.ask(`auth ${guess}`)).header('Reply-Text')).toBe('-ERR invalid');
      expect((await client.next()).header('Content-Type')).toBe('text/disconnect-notice');
      await client.closed;
    },
  );

  it('is sent away with a command that never ends', async () => {
    const { server, knock } = await eventSocket();
    const client = await knock();
    await client.next();
    client.send('x'.repeat(300_000));
    expect((await client.next()).header('Reply-Text')).toMatch(/^-ERR a command is longer/);
    await client.closed;
    await expect.poll(() => server.size).toBe(0);
  });

  it('may leave', async () => {
    const { enter } = await eventSocket();
    const client = await enter();
    expect((await client.ask('exit')).header('Reply-Text')).toBe('+OK bye');
    expect((await client.next()).body).toContain('Disconnected, goodbye.');
    await client.closed;
  });
});

describe('commands on a connection', () => {
  it('are answered in their order, however long each takes', async () => {
    const { enter, slow } = await eventSocket();
    const [client, other] = [await enter(), await enter()];
    client.send('api slow\n\n');
    await slow.begun.promise;
    client.send('api echo 1\n\napi broken\n\nnonsense\n\napi slow\n\n');
    expect((await other.ask('api echo meanwhile')).body).toBe('meanwhile');
    slow.done.resolve('slow');
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.next()));
    expect(answers.map(({ body, header }) => body || header('Reply-Text'))).toEqual([
      'slow',
      '1',
      '-ERR api failed: oh\n',
      '-ERR command not found',
      'slow',
    ]);
  });

  it.each([
    ['event', '-ERR no keywords supplied'],
    ['event plain', '-ERR no keywords supplied'],
    ['event json DTMF', '+OK event listener enabled json'],
    ['event xml DTMF', '-ERR event xml: the embedded engine has no such setting; run a FreeSWITCH (FREESWITCH_HOST)'],
    ['nixevent DTMF', '+OK events nixed'],
    ['nixevent', '-ERR no keywords supplied'],
    ['noevents', '+OK no longer listening for events'],
    ['filter a b', '+OK filter added. [a]=[b]'],
    ['filter a', '-ERR invalid syntax'],
    ['filter delete a b', '+OK filter deleted. [a][b]'],
    ['filter delete', '-ERR invalid syntax'],
    ['linger', '-ERR not controlling a session'],
    ['nolinger', '-ERR not controlling a session'],
    ['myevents', '-ERR command not found'],
    ['myevents u', '+OK Events Enabled'],
    ['connect', '-ERR command not found'],
    ['api', '-ERR command not found'],
    ['bgapi', '-ERR command not found'],
    ['sendmsg', '-ERR invalid session id []'],
    ['sendmsg nobody\ncall-command: hangup', '-ERR invalid session id [nobody]'],
    ['log 7', '-ERR log: the embedded engine has no such command; run a FreeSWITCH (FREESWITCH_HOST)'],
    [`auth ${SECRET}`, '-ERR command not found'],
  ])('%j is answered %j', async (command, answer) => {
    const { enter } = await eventSocket();
    expect((await (await enter()).ask(command)).header('Reply-Text')).toBe(answer);
  });

  it('are given to a channel by its name', async () => {
    const { enter, open } = await eventSocket();
    const { channel, byes } = open();
    const client = await enter();
    const execute = `sendmsg ${channel.uuid}\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: a=1`;
    expect((await client.ask(execute)).header('Reply-Text')).toBe('+OK');
    expect(channel.variables.get('a')).toBe('1');
    const other = await client.ask(`sendmsg ${channel.uuid}\ncall-command: unicast`);
    expect(other.header('Reply-Text')).toMatch(/^-ERR call-command unicast: the embedded engine has no such command/);
    await client.ask(`sendmsg ${channel.uuid}\ncall-command: hangup\nhangup-cause: USER_BUSY`);
    expect(byes).toEqual(['USER_BUSY']);
  });

  it('run behind the scenes where that is asked for, with an event at the end', async () => {
    const { enter } = await eventSocket();
    const client = await enter();
    await client.ask('event plain BACKGROUND_JOB');
    const reply = await client.ask('bgapi broken now\nJob-UUID: j1');
    expect([reply.header('Reply-Text'), reply.header('Job-UUID')]).toEqual(['+OK Job-UUID: j1', 'j1']);
    const { body } = await client.next();
    expect(body).toMatch(
      /\nJob-UUID: j1\nJob-Command: broken\nJob-Command-Arg: now\nContent-Length: 23\n\n-ERR broken failed: oh\n$/,
    );
  });

  it('tell nobody of events who did not ask', async () => {
    const { enter, open } = await eventSocket();
    const [asked, silent] = [await enter(), await enter()];
    await asked.ask('event json DTMF');
    await asked.ask('filter Unique-ID channel-1');
    const [one, other] = [open(), open()];
    other.port.press('2');
    one.port.press('1');
    expect(JSON.parse((await asked.next()).body)).toMatchObject({ 'Event-Name': 'DTMF', 'DTMF-Digit': '1' });
    expect((await silent.ask('api echo nothing')).body).toBe('nothing');
  });
});

describe('the connection of a call', () => {
  it('tells all there is to know of its channel', async () => {
    const { drive } = await eventSocket();
    const { channel, client } = await drive();
    channel.variables.set('sip_user_agent', 'drachtio-fsmrf:1');
    const data = await client.ask('connect');
    expect(
      ['Channel-Unique-ID', 'Unique-ID', 'variable_sip_user_agent', 'Reply-Text'].map((name) => data.header(name)),
    ).toEqual([channel.uuid, channel.uuid, 'drachtio-fsmrf%3A1', '%2BOK%0A']);
  });

  it('drives its channel without naming it, and hears of it alone with myevents', async () => {
    const { open, drive } = await eventSocket();
    const { client } = await drive();
    await client.ask('myevents json');
    open().port.press('9');
    client.send('sendmsg\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: a=1\nEvent-UUID: e\n\n');
    const heard = [await client.next(), await client.next(), await client.next()];
    const events = heard
      .filter(({ body }) => body !== '')
      .map(({ body }) => JSON.parse(body) as Record<string, string>);
    expect(events.map((event) => [event['Event-Name'], event['Application-UUID']])).toEqual([
      ['CHANNEL_EXECUTE', 'e'],
      ['CHANNEL_EXECUTE_COMPLETE', 'e'],
    ]);
  });

  it('is closed after the call, all of whose end it has told', async () => {
    const { drive } = await eventSocket();
    const { channel, client } = await drive();
    await client.ask('myevents json');
    channel.peerHungUp('NORMAL_CLEARING');
    const names: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      names.push((JSON.parse((await client.next()).body) as Record<string, string>)['Event-Name'] ?? '');
    }
    expect(names).toEqual(['CHANNEL_HANGUP', 'CHANNEL_CALLSTATE', 'CHANNEL_HANGUP_COMPLETE']);
    await client.closed;
  });

  it('lingers where it is asked to, and still answers', async () => {
    const { drive } = await eventSocket();
    const { channel, client } = await drive();
    expect((await client.ask('linger 1')).header('Reply-Text')).toBe('+OK will linger 1 seconds');
    channel.peerHungUp('NORMAL_CLEARING');
    const notice = await client.next();
    expect([notice.header('Content-Disposition'), notice.header('Linger-Time')]).toEqual(['linger', '1']);
    expect((await client.ask(`api uuid_exists ${channel.uuid}`)).body).toBe('false');
    await client.closed;
  });

  it('does not linger after all where that is taken back', async () => {
    const { drive } = await eventSocket();
    const { channel, client } = await drive();
    await client.ask('linger');
    expect((await client.ask('nolinger')).header('Reply-Text')).toBe('+OK will not linger');
    channel.peerHungUp('NORMAL_CLEARING');
    await client.closed;
  });

  it('takes the call with it when the application closes it', async () => {
    const { drive } = await eventSocket();
    const { channel, byes, client } = await drive();
    await client.ask('connect');
    client.socket.destroy();
    await channel.ended;
    expect(byes).toEqual(['NORMAL_CLEARING']);
  });

  it('takes the call with it where there is no application', async () => {
    const { open, services } = await eventSocket();
    const { channel, byes } = open();
    const { port } = await EventSocketServer.listen(
      { host: '127.0.0.1', port: 0 },
      SECRET,
      services,
      () => undefined,
    ).then(async (server) => {
      const free = { port: server.port };
      await server.close();
      return free;
    });
    connectOutbound({ host: '127.0.0.1', port }, channel, services);
    await channel.ended;
    expect(byes).toEqual(['DESTINATION_OUT_OF_ORDER']);
  });
});
