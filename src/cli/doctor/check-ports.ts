import { createSocket } from 'node:dgram';
import { createServer, isIPv6 } from 'node:net';

import type { Config } from '../../config/load-config.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

type Transport = 'udp' | 'tcp';

/** How many ports of a range are tried: enough to meet a program that sits in it. */
const TRIED = 128;

/**
 * Ports that the product listens on: free, or in use by the server that serves this data. With a SIP server of its own,
 * SIP and audio are that server's.
 */
export async function checkPorts(config: Config, served: boolean): Promise<Finding[]> {
  const http = await checkPort('http port', 'tcp', config.HTTP_HOST, config.HTTP_PORT, 'HTTP', served);
  if (config.TOLLGATE_ENGINE === 'drachtio') return [http];
  const { SIP_HOST: host, SIP_PORT: port } = config;
  return [
    await checkPort('sip port (udp)', 'udp', host, port, 'SIP', served),
    await checkPort('sip port (tcp)', 'tcp', host, port, 'SIP', served),
    http,
    await checkAudioPorts(config, served),
  ];
}

async function checkPort(
  check: string,
  transport: Transport,
  host: string,
  port: number,
  setting: 'SIP' | 'HTTP',
  served: boolean,
): Promise<Finding> {
  const at = `${host}:${port}`;
  const code = await tryToBind(transport, host, port);
  if (code === undefined) return ok(check, port === 0 ? `any free port on ${host}` : `${at} is free`);
  if (code === 'EADDRINUSE' && served) return ok(check, `${at} is in use, and a Tollgate serves this data`);
  switch (code) {
    case 'EADDRINUSE':
      return fail(
        check,
        `${at} is in use by another program`,
        `Stop it (ss -lnp finds it), or change ${setting}_PORT.`,
      );
    case 'EACCES':
      return fail(check, `${at} may not be listened on`, `Take a port from 1024 on in ${setting}_PORT.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return fail(check, `${host} is no address of this machine`, `Set ${setting}_HOST to one that \`ip addr\` shows.`);
    default:
      return fail(check, `${at} can't be listened on: ${code}`, `Check ${setting}_HOST and ${setting}_PORT.`);
  }
}

async function checkAudioPorts(config: Config, served: boolean): Promise<Finding> {
  const { SIP_HOST: host, RTP_PORT_MIN: min, RTP_PORT_MAX: max } = config;
  const count = Math.min(TRIED, max - min + 1);
  const ports = Array.from({ length: count }, (_, index) => min + Math.floor((index * (max - min + 1)) / count));
  const codes = await Promise.all(ports.map((port) => tryToBind('udp', host, port)));
  const busy = ports.filter((_, index) => codes[index] === 'EADDRINUSE');
  const tried = `${min}–${max}, ${count} of them tried`;
  if (busy.length === 0 || served) return ok('audio ports', `${tried}: ${count - busy.length} are free`);
  const found = `${tried}: ${busy.length} are in use by other programs (${busy.slice(0, 5).join(', ')})`;
  const remedy = 'Choose a range of its own with RTP_PORT_MIN and RTP_PORT_MAX.';
  return busy.length === count ? fail('audio ports', found, remedy) : warn('audio ports', found, remedy);
}

/** The code of the error that listening meets; undefined where it works. */
function tryToBind(transport: Transport, host: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
  if (transport === 'udp') {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4').on('error', failed);
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(undefined)));
  } else {
    const server = createServer().on('error', failed);
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  }
  return promise;
}
