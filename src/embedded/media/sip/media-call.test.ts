import { describe, expect, it } from 'vitest';
import type { AppResponse } from '../../sip/agent/app-message.ts';
import type { SipRequest } from '../../sip/message/sip-message.ts';
import { FakeAudioPort } from '../../../../test/support/fake-audio-port.ts';
import { mediaChannels, settle } from '../../../../test/support/media-channels.ts';
import { SDP } from '../../../../test/support/raw-sip-peer.ts';
import type { AudioPort } from '../audio-port.ts';
import type { HangupCause } from '../channel/hangup-cause.ts';
import { MediaCall } from './media-call.ts';

const request = (method: string, body: string): SipRequest => ({
  kind: 'request',
  method,
  uri: 'sip:drachtio@127.0.0.1',
  headers: [
    { name: 'From', value: '<sip:caller@127.0.0.1>;tag=1' },
    { name: 'Contact', value: '<sip:caller@127.0.0.1:5070>' },
  ],
  body: Buffer.from(body),
});

/** A call whose port is opened when the test says so, by an agent that answers as the test says. */
function mediaCall(offer = SDP) {
  const { channels } = mediaChannels();
  const opening = Promise.withResolvers<AudioPort>();
  const port = new FakeAudioPort();
  const answers: AppResponse[] = [];
  const byes: HangupCause[] = [];
  const connected: string[] = [];
  const agent = { isTooLate: false };
  const call = new MediaCall(
    { request: request('INVITE', offer), peer: { host: '127.0.0.1', port: 5070 }, transport: 'udp' },
    { host: '127.0.0.1', port: 8085 },
    {
      respond: (_id, response) => {
        answers.push(response);
        return !agent.isTooLate;
      },
      bye: (cause) => byes.push(cause),
    },
    {
      channels,
      sipAddress: '127.0.0.1:5080',
      openPort: () => opening.promise,
      audioAddress: () => '127.0.0.1',
      connect: (_address, channel) => connected.push(channel.uuid),
    },
  );
  const open = async (): Promise<void> => {
    opening.resolve(port);
    await settle();
  };
  return { call, channels, port, answers, byes, connected, agent, open, fail: opening.reject };
}

describe('a call that is being set up', () => {
  it('gets an answer, a channel and its application together', async () => {
    const { call, channels, answers, connected, open } = mediaCall();
    void call.begin('t');
    expect(answers).toEqual([]);
    await open();
    expect([answers.map(({ status }) => status), channels.size, connected.length]).toEqual([[200], 1, 1]);
  });

  it('gives its port back where the caller has given up meanwhile', async () => {
    const { call, channels, port, answers, open } = mediaCall();
    void call.begin('t');
    call.cancelled();
    await open();
    expect([answers.length, channels.size, port.isClosed]).toEqual([0, 0, true]);
  });

  it('gives its port back where its answer comes too late', async () => {
    const { call, channels, port, agent, open } = mediaCall();
    agent.isTooLate = true;
    void call.begin('t');
    await open();
    expect([channels.size, port.isClosed]).toEqual([0, true]);
  });

  it('is refused with the reason where there is no port', async () => {
    const { call, fail } = mediaCall();
    const began = call.begin('t');
    fail(new Error('no RTP port is free'));
    await expect(began).rejects.toMatchObject({ status: 503, message: 'no RTP port is free' });
  });

  it('is refused before a port is opened for what can’t be agreed on', async () => {
    const { call } = mediaCall(SDP.replace('RTP/AVP', 'RTP/SAVP'));
    await expect(call.begin('t')).rejects.toMatchObject({ status: 488 });
  });

  it('refuses a re-INVITE that comes before the ACK of our offer', async () => {
    const { call, open } = mediaCall('');
    void call.begin('t');
    await open();
    expect(() => call.renegotiate(request('INVITE', SDP), 'u')).toThrow(expect.objectContaining({ status: 500 }));
  });
});

describe('a call that is over', () => {
  it('before the ACK sends its BYE after it, once', async () => {
    const { call, channels, byes, open } = mediaCall();
    void call.begin('t');
    await open();
    channels.hangupAll('USER_BUSY');
    expect(byes).toEqual([]);
    call.acknowledged(request('ACK', ''));
    call.acknowledged(request('ACK', ''));
    expect(byes).toEqual(['USER_BUSY']);
  });

  it('by its peer has no BYE of ours', async () => {
    const { call, channels, byes, open } = mediaCall();
    void call.begin('t');
    await open();
    call.acknowledged(request('ACK', ''));
    call.ended(request('BYE', ''));
    await settle();
    expect([byes, channels.size]).toEqual([[], 0]);
  });
});
