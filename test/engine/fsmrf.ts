import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Srf, SrfDialog } from './srf-app.ts';

/** An event of the event socket. */
export interface EslEvent {
  getHeader(name: string): string | null;
  getBody(): string;
}

/** What has been played. */
export interface PlayResult {
  readonly playbackMilliseconds: string | null;
}

/** What has been typed. */
export interface CollectResult {
  readonly digits: string | null;
  readonly invalidDigits: string | null;
  readonly terminatorUsed: string | null;
}

export interface CollectOptions {
  readonly file: string;
  readonly min?: number;
  readonly max?: number;
  readonly tries?: number;
  readonly timeout?: number;
  readonly digitTimeout?: number;
  readonly terminators?: string;
  readonly regexp?: string;
}

/** One side of a connection at the media server, as the library gives it; the part that these tests speak. */
export interface MediaConnection {
  readonly sdp: string;
  readonly mediaIp: string;
  readonly mediaPort: string;
}

/** An endpoint of drachtio-fsmrf. Its events: `dtmf`, `destroy`, `playback-start`, `playback-stop`, `channelCallState`. */
export interface Endpoint extends EventEmitter {
  readonly uuid: string;
  readonly local: MediaConnection;
  readonly remote: MediaConnection;
  readonly dtmfType: string;
  readonly dialog: SrfDialog;
  readonly conn: EventEmitter & {
    subscribe(events: string): void;
    disconnect(): void;
    sendRecv(command: string, callback: (event: EslEvent) => void): void;
  };
  set(variables: Record<string, string>): Promise<void>;
  play(file: string | string[]): Promise<PlayResult>;
  playCollect(options: CollectOptions): Promise<CollectResult>;
  record(
    file: string,
    options: { timeLimitSecs?: number; silenceThresh?: number; silenceHits?: number },
  ): Promise<{ readonly recordMilliseconds: string; readonly terminatorUsed: string | null }>;
  bridge(other: Endpoint): Promise<void>;
  unbridge(): Promise<void>;
  execute(application: string, argument?: string): Promise<EslEvent>;
  modify(sdp: string): Promise<string>;
  getChannelVariables(includeMedia: boolean): Promise<Record<string, string | number>>;
  destroy(): Promise<void>;
}

/** A media server, as the library sees it. */
export interface MediaServer extends EventEmitter {
  readonly sip: { readonly ipv4: { readonly udp: { readonly address: string } } };
  readonly maxSessions: number;
  readonly currentSessions: number;
  readonly hostname: string;
  readonly fsVersion: string;
  readonly cpuIdle: number;
  readonly listenPort: number;
  createEndpoint(options?: { remoteSdp?: string; headers?: Record<string, string> }): Promise<Endpoint>;
  api(command: string): Promise<string>;
  disconnect(): void;
}

interface Mrf {
  connect(options: { address: string; port: number; secret: string; listenAddress: string }): Promise<MediaServer>;
}

const MrfClass = createRequire(import.meta.url)('drachtio-fsmrf') as new (srf: Srf) => Mrf;

/** Connects the library to a media server. */
export function connectMrf(
  srf: Srf,
  { host, port, secret }: { readonly host: string; readonly port: number; readonly secret: string },
): Promise<MediaServer> {
  return new MrfClass(srf).connect({ address: host, port, secret, listenAddress: '127.0.0.1' });
}
