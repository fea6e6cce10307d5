import { PROFILE } from './caller-facts.ts';
import type { NegotiatedAudio, OwnAudio } from './negotiate-audio.ts';

/** The variables that say what a channel's audio has been agreed to be. */
export function sessionVariables(
  own: OwnAudio,
  { agreement }: NegotiatedAudio,
  localSdp: string,
  remoteSdp: string,
): [string, string][] {
  const { remote, codec, telephoneEvent, packetMs, direction } = agreement;
  const name = codec === 0 ? 'PCMU' : 'PCMA';
  return [
    ['switch_r_sdp', remoteSdp],
    ['rtp_local_sdp_str', localSdp],
    ['local_media_ip', own.address],
    ['local_media_port', String(own.port)],
    ['advertised_media_ip', own.address],
    ['remote_media_ip', remote.address],
    ['remote_media_port', String(remote.port)],
    ['audio_media_flow', direction],
    ['rtp_use_codec_name', name],
    ['rtp_use_codec_rate', '8000'],
    ['rtp_use_codec_ptime', String(packetMs)],
    ['rtp_use_pt', String(codec)],
    ['read_codec', name],
    ['read_rate', '8000'],
    ['write_codec', name],
    ['write_rate', '8000'],
    ['dtmf_type', telephoneEvent === null ? 'none' : 'rfc2833'],
    ['rtp_2833_send_payload', telephoneEvent === null ? '' : String(telephoneEvent)],
    ['rtp_2833_recv_payload', telephoneEvent === null ? '' : String(telephoneEvent)],
  ];
}

/** What the production server's dialplan sets before it lets the application in, and what its SIP profile does. */
export const firstVariables = (uuid: string, name: string, sipAddress: string): [string, string][] => [
  ['direction', 'inbound'],
  ['uuid', uuid],
  ['call_uuid', uuid],
  ['channel_name', name],
  ['sofia_profile_name', PROFILE],
  ['sofia_profile_url', `sip:mod_sofia@${sipAddress}`],
  ['endpoint_disposition', 'ANSWER'],
  ['hangup_after_bridge', 'false'],
  ['park_after_bridge', 'true'],
  ['playback_terminators', 'none'],
];
