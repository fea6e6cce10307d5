import { AppError, type ErrorCode } from '../../../../src/domain/app-error.ts';
import { FORM_TYPE } from '../../../support/multipart-form.ts';
import type { Operation } from '../operations.ts';
import type { Answer, Ask, Holder } from '../walk-stage.ts';
import { breakEachStep } from './break-each-step.ts';
import { sendHugeHeaders } from './huge-headers.ts';
import type { Provoke, Scene } from './refusal-table.ts';

/** Keys that open less than all, those that open most first. */
const LESSER: readonly Holder[] = ['operator', 'viewer', 'buyer', 'publisher'];

/** What refuses any operation that documents it, unless its own entry says otherwise. */
export const DERIVED: Readonly<Partial<Record<ErrorCode, Provoke>>> = {
  'malformed-request': async (scene) =>
    scene.operation.method === 'GET'
      ? [await sendHugeHeaders(scene)]
      : each(scene, [{ ...typed(scene.operation), body: Buffer.from([0x7b, 0xff]) }]),

  unauthorized(scene) {
    const guesses = ['Bearer tg_guess', 'tg_guess'].map((authorization) => ({
      headers: { authorization, ...scene.stage.elsewhere() },
    }));
    return each(scene, [{ withoutKey: true }, ...guesses]);
  },

  // Before anything is looked up: what is asked of isn't there.
  async forbidden(scene) {
    const role = LESSER.find((each) => !scene.operation.roles.includes(each));
    return role === undefined ? [] : each(scene, [{ headers: await scene.stage.keyOf(role) }]);
  },

  async 'not-found'(scene) {
    const ask = await scene.how(scene.stage);
    return each(
      scene,
      scene.operation.params.map((name) => ({ ...ask, params: { ...ask.params, [name]: 'none' } })),
    );
  },

  async 'idempotency-conflict'(scene) {
    const ask = await scene.how(scene.stage);
    const once = { ...ask, headers: { ...ask.headers, 'idempotency-key': 'the-same' } };
    const answers = await Promise.all([1, 2].map(() => scene.stage.send(scene.operation, once)));
    return answers.filter(({ status }) => status === 409);
  },

  async 'version-conflict'(scene) {
    const ask = await scene.how(scene.stage);
    return each(scene, [{ ...ask, headers: { ...ask.headers, 'if-match': '"999"' } }]);
  },

  'body-too-large': (scene) => {
    const { headers } = typed(scene.operation);
    return each(scene, [{ headers: { ...headers, 'content-length': '99999999' }, body: '{' }]);
  },

  'unsupported-media-type': (scene) => each(scene, [{ headers: { 'content-type': 'application/xml' }, body: '<x/>' }]),

  async invalid(scene) {
    const ask = await scene.how(scene.stage);
    const unknown = { ...ask, query: `${ask.query ?? ''}${ask.query ? '&' : '?'}unknown=1` };
    const more = { ...ask, body: { ...(ask.body as object | undefined), unknown: 1 } };
    const { method, takes } = scene.operation;
    const readsJson = takes.includes('application/json') || (method !== 'GET' && takes.length === 0);
    return each(scene, readsJson ? [unknown, more] : [unknown]);
  },

  async 'reads-unavailable'(scene) {
    const ask = await scene.how(scene.stage);
    scene.stage.deps.replace('reader.ask', () => Promise.reject(new AppError('reads-unavailable', 'Try again soon.')));
    return (await each(scene, [ask])).filter(({ status }) => status >= 400);
  },

  internal: (scene) => breakEachStep(scene, 'internal'),
  'store-unavailable': (scene) => breakEachStep(scene, 'store-unavailable'),
};

async function each({ stage, operation }: Scene, asks: readonly Ask[]): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const ask of asks) answers.push(await stage.send(operation, ask));
  return answers;
}

/** The header of a body that the operation takes; JSON is read wherever there is one at all. */
function typed({ takes: [type = 'application/json'] }: Operation): { readonly headers: { 'content-type': string } } {
  return { headers: { 'content-type': type === 'multipart/form-data' ? FORM_TYPE : type } };
}
