/** Where a message is sent to or came from. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port`; 5060 where the port is missing. */
export function readHostPort(text: string): HostPort {
  const [, host = text, port] = /^([^:]+)(?::(\d+))?$/.exec(text) ?? [];
  return { host, port: port === undefined ? 5060 : Number(port) };
}

/** Writes `host:port`. */
export function writeHostPort({ host, port }: HostPort): string {
  return `${host}:${port}`;
}

/** What a phone reads of a `sip:` URI. */
export interface SipUri extends HostPort {
  readonly user: string | null;
  readonly transport: 'udp' | 'tcp';
  /** Loose routing (RFC 3261 §16.12). */
  readonly lr: boolean;
}

/** Reads a `sip:` URI, or a `tel:` URI, which names no host to send to; an error where it is neither. */
export function readUri(uri: string): SipUri {
  const tel = /^tel:([^;]+)/.exec(uri);
  if (tel) return { host: '', port: 0, user: tel[1] ?? null, transport: 'udp', lr: false };
  const match = /^sips?:(?:([^@]*)@)?([^;?]+)([^?]*)/.exec(uri);
  if (!match) throw new Error(`no SIP URI: ${JSON.stringify(uri)}`);
  const params = (match[3] ?? '').toLowerCase().split(';');
  return {
    ...readHostPort(match[2] ?? ''),
    user: match[1] ?? null,
    transport: params.includes('transport=tcp') ? 'tcp' : 'udp',
    lr: params.includes('lr'),
  };
}

/** The URI of a From, To, Contact or Route value, brackets and display name taken off. */
export function uriOf(nameAddr: string): string {
  const bracketed = /<([^>]*)>/.exec(nameAddr);
  return bracketed?.[1] ?? nameAddr.split(';')[0]?.trim() ?? '';
}

/** A parameter of a header value, those inside angle brackets left out; the empty string where it has no value. */
export function paramOf(value: string, name: string): string | undefined {
  const outside = value.replace(/^[^<]*<[^>]*>/, '');
  for (const param of outside.split(';').slice(1)) {
    const [key = '', text = ''] = param.split('=', 2);
    if (key.trim().toLowerCase() === name) return text.trim();
  }
  return undefined;
}
