import { microseconds } from './engine-identity.ts';
import type { HangupCause } from './hangup-cause.ts';

/** What is known of a call from its beginning. */
export interface ChannelFacts {
  readonly uuid: string;
  /** `sofia/<profile>/<caller>`. */
  readonly name: string;
  readonly callerName: string;
  readonly callerNumber: string;
  /** Whom the caller asked for: the user part of the Request-URI. */
  readonly destination: string;
  /** The IP address the call came from. */
  readonly networkAddress: string;
}

/** Where a call is, as `Channel-Call-State` says it. */
export type CallState = 'RINGING' | 'ACTIVE' | 'HELD' | 'UNHELD' | 'HANGUP';

/** FreeSWITCH's number of each state. */
export const CALL_STATE_NUMBERS: Readonly<Record<CallState, number>> = {
  RINGING: 2,
  ACTIVE: 4,
  HELD: 5,
  HANGUP: 7,
  UNHELD: 8,
};

/** FreeSWITCH's number of each thing a channel can be doing. */
const CHANNEL_STATES = {
  CS_EXECUTE: 4,
  CS_EXCHANGE_MEDIA: 5,
  CS_HANGUP: 10,
  CS_REPORTING: 11,
} as const;

/** What a channel does, as `Channel-State` says it. */
export type ChannelState = keyof typeof CHANNEL_STATES;

/** Unix times in milliseconds; 0 for what has not happened. */
export interface ChannelTimes {
  readonly createdMs: number;
  readonly answeredMs: number;
  readonly hangupMs: number;
}

/** The headers about the caller, under `Caller-` in events and `Channel-` in channel data. */
export function callerHeaders(
  prefix: 'Caller' | 'Channel',
  facts: ChannelFacts,
  times: ChannelTimes,
): [string, string][] {
  return [
    [`${prefix}-Direction`, 'inbound'],
    [`${prefix}-Logical-Direction`, 'inbound'],
    [`${prefix}-Dialplan`, 'XML'],
    [`${prefix}-Caller-ID-Name`, facts.callerName],
    [`${prefix}-Caller-ID-Number`, facts.callerNumber],
    [`${prefix}-Network-Addr`, facts.networkAddress],
    [`${prefix}-Destination-Number`, facts.destination],
    [`${prefix}-Unique-ID`, facts.uuid],
    [`${prefix}-Source`, 'mod_sofia'],
    [`${prefix}-Context`, 'mrf'],
    [`${prefix}-Channel-Name`, facts.name],
    [`${prefix}-Channel-Created-Time`, microseconds(times.createdMs)],
    [`${prefix}-Channel-Answered-Time`, microseconds(times.answeredMs)],
    [`${prefix}-Channel-Hangup-Time`, microseconds(times.hangupMs)],
  ];
}

/** What an event's headers say of a channel. */
export interface DescribedChannel {
  readonly facts: ChannelFacts;
  readonly times: ChannelTimes;
  readonly state: ChannelState;
  readonly callState: CallState;
  readonly hangupCause: HangupCause | undefined;
  readonly partnerUuid: string | undefined;
}

/** The headers of a channel's event, after those of the engine. */
export function channelHeaders(channel: DescribedChannel, eventName: string): [string, string][] {
  const { facts, times, hangupCause, partnerUuid } = channel;
  const state = eventName === 'CHANNEL_HANGUP_COMPLETE' ? 'CS_REPORTING' : channel.state;
  return [
    ['Channel-State', state],
    ['Channel-Call-State', channel.callState],
    ['Channel-State-Number', String(CHANNEL_STATES[state])],
    ['Channel-Name', facts.name],
    ['Unique-ID', facts.uuid],
    ['Call-Direction', 'inbound'],
    ['Channel-Call-UUID', facts.uuid],
    ['Answer-State', hangupCause === undefined ? 'answered' : 'hangup'],
    ...optional('Hangup-Cause', hangupCause),
    ...optional('Other-Leg-Unique-ID', partnerUuid),
    ...callerHeaders('Caller', facts, times),
  ];
}

const optional = (name: string, value: string | undefined): [string, string][] =>
  value === undefined ? [] : [[name, value]];
