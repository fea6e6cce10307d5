import Srf from 'drachtio-srf';
import { startEngine } from '../src/embedded/start-engine.ts';

/**
 * The least program that bridges two legs: drachtio-srf's `createB2BUA` on the embedded engine, with nothing decided,
 * recorded or defended. What Tollgate is measured against. Connects every INVITE to `BUYER_URI`.
 */
interface BareDialog {
  on(event: 'destroy', listener: () => void): void;
  destroy(): Promise<unknown>;
}

interface BareSrf {
  connect(options: { host: string; port: number; secret: string }): void;
  on(event: 'connect' | 'error', listener: (error: Error | null) => void): void;
  invite(handler: (request: { body: string }, response: unknown) => void): void;
  createB2BUA(
    request: unknown,
    response: unknown,
    uri: string,
    options: { localSdpB: string },
  ): Promise<{ uas: BareDialog; uac: BareDialog }>;
}

const buyerUri = process.env['BUYER_URI'];
if (!buyerUri) throw new Error('BUYER_URI must say where calls are connected to: sip:buyer@127.0.0.1:5070');

const engine = await startEngine({ sip: { host: '127.0.0.1', port: 0 } });
const srf = new (Srf as unknown as new () => BareSrf)();

async function connect(request: { body: string }, response: unknown, uri: string): Promise<void> {
  const { uas, uac } = await srf.createB2BUA(request, response, uri, { localSdpB: request.body });
  uas.on('destroy', () => void uac.destroy());
  uac.on('destroy', () => void uas.destroy());
}

srf.invite((request, response) => {
  connect(request, response, buyerUri).catch((error: unknown) => console.error(error));
});
srf.on('error', (error) => console.error(error));
srf.on('connect', (error) => {
  if (error) throw error;
  const sip = `${engine.sip.host}:${engine.sip.port}`;
  console.log(JSON.stringify({ event: 'listening', sip, http: '' }));
});
srf.connect(engine.admin);
