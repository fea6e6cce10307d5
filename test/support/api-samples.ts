import type { Json, TestApi } from './api.ts';

/** Bodies that create one of each, with references that hold, made as they are asked for. */
export class ApiSamples {
  readonly #api: TestApi;
  #count = 0;

  constructor(api: TestApi) {
    this.#api = api;
  }

  /** Creates what the body names and the thing itself. */
  async create(kind: string, changes: Json = {}): Promise<Json> {
    return this.#api.expect(201, 'POST', `/v1/${kind}`, { ...(await this.body(kind)), ...changes });
  }

  /** A body that is accepted, of new values each time. */
  async body(kind: string): Promise<Json> {
    this.#count += 1;
    const name = `Sample ${this.#count}`;
    switch (kind) {
      case 'trunks':
        return { name, sources: ['192.0.2.0/24'], gateways: [{ uri: 'sip:gw.example' }] };
      case 'dids':
        return {
          number: `+1415555${String(this.#count).padStart(4, '0')}`,
          campaignId: (await this.create('campaigns')).id,
          label: name,
        };
      case 'campaigns':
        return { name, minTalkS: 60, priceMicros: 30_000_000 };
      case 'publishers':
        return { name, payout: { kind: 'percent', percent: 50 } };
      case 'buyers':
        return { name, timezone: 'America/New_York' };
      case 'destinations':
        return { buyerId: (await this.create('buyers')).id, name, uri: 'sip:desk@pbx.example' };
      case 'routes':
        return {
          campaignId: (await this.create('campaigns')).id,
          destinationId: (await this.create('destinations')).id,
        };
      case 'areas':
        return { name, include: [{ state: 'CA' }] };
      case 'schedules':
        return { name, timezone: 'America/New_York', weekly: { mon: [['09:00', '17:00']] } };
      case 'blocklist':
        return { match: `+1212555${String(this.#count).padStart(4, '0')}`, reason: name };
      default:
        throw new Error(`There is no sample of ${kind}`);
    }
  }
}

/** The collections that are all made alike. */
export const KINDS = [
  'trunks',
  'dids',
  'campaigns',
  'publishers',
  'buyers',
  'destinations',
  'routes',
  'areas',
  'schedules',
  'blocklist',
] as const;
