import type { SettingValues } from './settings.ts';

/** A FreeSWITCH, and the password of its event socket. */
export interface MediaServer {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

type MediaSettings = Pick<SettingValues, 'FREESWITCH_HOST' | 'FREESWITCH_PORT' | 'FREESWITCH_SECRET'>;

/** The media servers that the settings name, none where they name none. A port or secret given once is everyone's. */
export function mediaServersOf(config: MediaSettings): readonly MediaServer[] {
  const { FREESWITCH_HOST: hosts, FREESWITCH_PORT: ports, FREESWITCH_SECRET: secrets } = config;
  return (hosts ?? []).map((host, index) => ({
    host,
    port: ports[index] ?? ports[0] ?? 8021,
    secret: secrets?.[index] ?? secrets?.[0] ?? '',
  }));
}
