import { Type } from 'typebox';

import { GATEWAY_STATES } from '../../domain/call/gateway-health.ts';
import { choiceField, isoField, nullable } from '../schemas/fields.ts';

/** A trunk's gateway as it stands. */
const gatewayStatus = Type.Object({
  uri: Type.String({ description: 'As the trunk has it.' }),
  priority: Type.Integer(),
  weight: Type.Integer(),
  probe: Type.Boolean({ description: 'Whether it is asked at all.' }),
  state: choiceField(
    GATEWAY_STATES,
    '`down` after three misses in a row, `up` at its first good answer, `unknown` until either, or where it is not asked.',
  ),
  lastAnswerAt: nullable(isoField('When it last answered OPTIONS with anything; null where it never has.')),
  lastStatus: nullable(Type.Integer({ description: 'The SIP status of that answer.' })),
});

export const trunkGateways = Type.Object({ gateways: Type.Array(gatewayStatus) });

export const TRUNK_GATEWAYS_EXAMPLE = {
  gateways: [
    {
      uri: 'sip:gw1.carrier.example:5060',
      priority: 1,
      weight: 100,
      probe: true,
      state: 'up',
      lastAnswerAt: '2026-11-21T14:03:05.123Z',
      lastStatus: 200,
    },
  ],
};
