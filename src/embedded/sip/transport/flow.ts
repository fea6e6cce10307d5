import type { MalformedMessage } from '../message/sip-message.ts';

/** The transports this engine speaks. TLS and WebSocket are the production engine's. */
export type TransportName = 'udp' | 'tcp';

/** An IP address and port. IPv6 addresses are held without brackets. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * A way to one peer: a TCP connection, or this engine's UDP socket together with the peer's address. A request's
 * responses go back along the flow it came by (RFC 3261 §18.2.2).
 */
export interface Flow {
  readonly transport: TransportName;
  readonly remote: SocketAddress;
  /** This end of a connection that is up; absent where it is the address we listen on. */
  readonly local?: SocketAddress | undefined;
  /** False once a connection is gone; a UDP flow is open as long as the engine is. */
  readonly open: boolean;
  /**
   * Sends one message in one write. `onError` is called at most once, later, when it is known not to have left
   * (connection refused or broken, queue full); over UDP success means only that the kernel took it.
   */
  send(bytes: Buffer, onError: (error: Error) => void): void;
}

/** What a transport hands up. */
export interface TransportEvents {
  /** One datagram, or the bytes of one message cut from a stream. */
  onBytes(bytes: Buffer, flow: Flow): void;
  /** One message of ours is on its way. */
  onSent?(bytes: Buffer, flow: Flow): void;
  /** A stream that can't be cut into messages any further; it is closed once the answer, if any, is written. */
  onBroken(malformed: MalformedMessage, flow: Flow): void;
}

/** `host:port`, with brackets where the host is an IPv6 address. */
export const formatAddress = ({ host, port }: SocketAddress): string => `${bracketed(host)}:${port}`;

/** A host as it stands in a URI or a Via: IPv6 addresses in brackets (RFC 3261 §25.1, IPv6reference). */
export const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
