import { Compile } from 'typebox/compile';
import { expect, it } from 'vitest';

import { PING, WEBHOOK_EVENTS } from '../../../src/domain/webhooks/webhook-event.ts';
import type { Json } from '../../support/api.ts';
import { readDescription, resolve } from './operations.ts';
import { WalkStage } from './walk-stage.ts';

it('Every event that a webhook is sent is described, and is as described', async () => {
  const stage = await WalkStage.set();
  const { api } = stage;
  const { document } = await readDescription(api);
  expect(Object.keys(document.webhooks)).toEqual([...WEBHOOK_EVENTS, PING]);

  const hook = { url: 'https://example.com/hook', events: WEBHOOK_EVENTS };
  const deliveries = `/v1/webhooks/${(await api.expect(201, 'POST', '/v1/webhooks', hook)).id}/deliveries`;
  const call = await stage.recordedCall();
  await api.expect(201, 'POST', `/v1/calls/${call}/adjustments`, { party: 'buyer', amountMicros: -7, reason: 'r' });
  const { data } = await api.expect(200, 'GET', deliveries);
  expect(new Set(data.map(({ type }: Json) => type))).toEqual(new Set(WEBHOOK_EVENTS));
  for (const { id, type } of data) {
    const { event } = await api.expect(200, 'GET', `${deliveries}/${id}`);
    const { schema } = document.webhooks[type].post.requestBody.content['application/json'];
    expect([type, Compile(resolve(schema, document)).Errors(event)]).toEqual([type, []]);
    // Whatever the event has, the description tells of it.
    expect([type, Object.keys(event.data)]).toEqual([type, Object.keys(schema.properties.data.properties)]);
  }
});
