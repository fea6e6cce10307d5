import type { Holder } from './walk-stage.ts';

const ADMIN = ['admin'] as const;
const HOUSE = ['admin', 'operator'] as const;
const READERS = ['admin', 'operator', 'viewer'] as const;
const BUYERS = ['admin', 'operator', 'viewer', 'buyer'] as const;
const EVERYBODY = ['admin', 'operator', 'viewer', 'buyer', 'publisher'] as const;

const COLLECTIONS = ['trunks', 'dids', 'campaigns', 'publishers', 'buyers', 'destinations', 'routes', 'areas'];

/**
 * Whose keys open each operation, written by hand after the contract, and not after the table that the API decides by:
 * the two have to agree. Buyers and publishers where it is about their own. `public` needs no key.
 */
export const WHO_MAY: Readonly<Record<string, readonly Holder[] | 'public'>> = {
  ...Object.assign({}, ...[...COLLECTIONS, 'schedules', 'blocklist'].map(ofCollection)),
  'GET /v1/trunks/{id}/gateways': READERS,

  'POST /v1/prompts': HOUSE,
  'GET /v1/prompts': READERS,
  'GET /v1/prompts/{id}': READERS,
  'PATCH /v1/prompts/{id}': HOUSE,
  'DELETE /v1/prompts/{id}': HOUSE,
  'GET /v1/prompts/{id}/audio': READERS,
  'GET /v1/export': READERS,
  'GET /v1/export/{collection}': READERS,
  'POST /v1/import': HOUSE,
  'POST /v1/import/{collection}': HOUSE,

  'GET /v1/calls': EVERYBODY,
  'GET /v1/calls/{id}': EVERYBODY,
  'GET /v1/calls/{id}/disposition': ['admin', 'operator', 'viewer', 'buyer'],
  'PATCH /v1/calls/{id}/disposition': ['admin', 'operator', 'buyer'],
  'POST /v1/calls/{id}/adjustments': HOUSE,
  'POST /v1/calls/{id}/refund': HOUSE,
  'POST /v1/calls/{id}/bill': HOUSE,
  'GET /v1/calls/{id}/recording': BUYERS,
  'DELETE /v1/calls/{id}/recording': HOUSE,
  'GET /v1/adjustment-proposals': READERS,
  'POST /v1/adjustment-proposals/{id}/confirm': HOUSE,
  'POST /v1/adjustment-proposals/{id}/dismiss': HOUSE,
  'GET /v1/review-queue': READERS,
  'POST /v1/conversions': ['admin', 'operator', 'buyer'],
  'POST /v1/erasures': ADMIN,
  'GET /v1/erasures': ADMIN,
  'GET /v1/erasures/{id}': ADMIN,

  'GET /v1/live-calls': READERS,
  'POST /v1/live-calls/{id}/hangup': HOUSE,
  'POST /v1/live-calls/{id}/recording/pause': HOUSE,
  'POST /v1/live-calls/{id}/recording/resume': HOUSE,
  'GET /v1/events': EVERYBODY,
  'GET /v1/media-servers': READERS,
  'PATCH /v1/media-servers/{name}': HOUSE,
  'POST /v1/route-decisions': READERS,

  'POST /v1/buyers/{id}/payments': HOUSE,
  'GET /v1/buyers/{id}/statement': BUYERS,
  'GET /v1/publishers/{id}/statement': ['admin', 'operator', 'viewer', 'publisher'],
  'GET /v1/ledger': READERS,
  'GET /v1/ledger/close': READERS,
  'POST /v1/ledger/close': HOUSE,
  'GET /v1/reports/summary': EVERYBODY,
  'GET /v1/reports/dispositions': READERS,
  'GET /v1/reports/live': READERS,

  'POST /v1/webhooks': ADMIN,
  'GET /v1/webhooks': ['admin', 'viewer'],
  'GET /v1/webhooks/{id}': ['admin', 'viewer'],
  'PATCH /v1/webhooks/{id}': ADMIN,
  'DELETE /v1/webhooks/{id}': ADMIN,
  'POST /v1/webhooks/{id}/rotate-secret': ADMIN,
  'POST /v1/webhooks/{id}/test': ADMIN,
  'POST /v1/webhooks/{id}/replay': ADMIN,
  'GET /v1/webhooks/{id}/deliveries': ['admin', 'viewer'],
  'GET /v1/webhooks/{id}/deliveries/{deliveryId}': ['admin', 'viewer'],
  'POST /v1/webhooks/{id}/deliveries/{deliveryId}/replay': ADMIN,

  'POST /v1/api-keys': ADMIN,
  'GET /v1/api-keys': ADMIN,
  'DELETE /v1/api-keys/{id}': ADMIN,
  'GET /v1/audit-log': ADMIN,
  'POST /v1/session': 'public',
  'GET /v1/session': EVERYBODY,
  'DELETE /v1/session': EVERYBODY,

  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /metrics': 'public',
};

function ofCollection(kind: string): Readonly<Record<string, readonly Holder[]>> {
  return {
    [`POST /v1/${kind}`]: HOUSE,
    [`GET /v1/${kind}`]: READERS,
    [`GET /v1/${kind}/{id}`]: READERS,
    [`PATCH /v1/${kind}/{id}`]: HOUSE,
    [`DELETE /v1/${kind}/{id}`]: HOUSE,
  };
}
