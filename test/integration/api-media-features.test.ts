import { describe, expect, it } from 'vitest';

import { startTestApi, type Json, type TestApi } from '../support/api.ts';
import { ApiSamples } from '../support/api-samples.ts';

const GREETING = 'prm_default-greeting';

/** The API of a product that has a media server. */
const withMedia = (): Promise<TestApi> => startTestApi({ mediaServer: true });

/** What is refused, as paths. */
async function refusedAt(api: TestApi, kind: string, changes: Json): Promise<readonly string[]> {
  const body = { ...(await new ApiSamples(api).body(kind)), ...changes };
  return (await api.expect(422, 'POST', `/v1/${kind}`, body)).errors.map(({ path }: Json) => path);
}

/** As short as a flow can say what it says. */
const FLOW = {
  start: 'what',
  steps: {
    what: { type: 'menu', prompt: 'prm_default-menu', choices: { '1': 'roof', '2': 'message' }, onFail: 'zip' },
    roof: { type: 'set', category: 'roof-repair', next: 'zip' },
    zip: {
      type: 'collect',
      prompt: 'prm_default-enter-zip',
      invalidPrompt: 'prm_default-invalid',
      as: 'zip',
      next: 'end',
      onFail: 'bye',
    },
    message: { type: 'voicemail', prompt: 'prm_default-voicemail' },
    bye: { type: 'hangup', prompt: 'prm_default-goodbye' },
    end: { type: 'route' },
  },
};

describe('With a media server, a campaign', () => {
  it('may play, ask, record, and say for how long', async () => {
    const api = await withMedia();
    const prompts = {
      greeting: GREETING,
      consent: 'prm_default-consent',
      afterHours: 'prm_default-after-hours',
      noRoute: 'prm_default-no-route',
      ringback: GREETING,
    };
    const fields = { media: 'anchored', record: true, recordingRetentionDays: 90, voicemailMaxS: 60, prompts };
    const made = await new ApiSamples(api).create('campaigns', { ...fields, ivr: FLOW });
    expect(made).toMatchObject(fields);
    const asks = { timeoutS: 5, attempts: 3 };
    expect(made.ivr).toEqual({
      start: 'what',
      steps: {
        ...FLOW.steps,
        what: { ...FLOW.steps.what, ...asks },
        zip: { ...FLOW.steps.zip, ...asks, digits: 5 },
      },
    });
    expect(await api.expect(200, 'GET', `/v1/campaigns/${made.id}`)).toEqual(made);
  });

  it('has the defaults of a campaign that does none of it', async () => {
    const made = await new ApiSamples(await withMedia()).create('campaigns');
    expect(made).toMatchObject({ record: false, prompts: {}, afterHours: { action: 'reject' }, voicemailMaxS: 120 });
    for (const absent of ['ivr', 'recordingRetentionDays']) expect(made).not.toHaveProperty(absent);
  });

  it('may change one step of its IVR, and lose all of it', async () => {
    const api = await withMedia();
    const { id } = await new ApiSamples(api).create('campaigns', { ivr: FLOW });
    const steps = { zip: { attempts: 1 }, bye: { prompt: null }, what: { choices: { '2': 'end', '9': 'message' } } };
    const { ivr } = await api.expect(200, 'PATCH', `/v1/campaigns/${id}`, { ivr: { steps } });
    expect(ivr.steps).toMatchObject({ zip: { attempts: 1, timeoutS: 5 }, bye: { type: 'hangup' } });
    expect(ivr.steps.bye).not.toHaveProperty('prompt');
    expect(ivr.steps.what.choices).toEqual({ '1': 'roof', '2': 'end', '9': 'message' });
    expect(await api.expect(200, 'PATCH', `/v1/campaigns/${id}`, { ivr: null })).not.toHaveProperty('ivr');
  });

  it.each([
    [{ recordingRetentionDays: 0 }, ['/recordingRetentionDays']],
    [{ recordingRetentionDays: 3_651 }, ['/recordingRetentionDays']],
    [{ voicemailMaxS: 4 }, ['/voicemailMaxS']],
    [{ voicemailMaxS: 601 }, ['/voicemailMaxS']],
    [{ prompts: { greeting: 'prm_gone' } }, ['/prompts/greeting']],
    [{ prompts: { hello: GREETING } }, ['/prompts/hello']],
    [{ ivr: {} }, ['/ivr/start', '/ivr/steps']],
    [{ ivr: { start: 'a', steps: {} } }, ['/ivr/steps']],
    [{ ivr: { start: 'a', steps: { a: {} } } }, ['/ivr/steps/a/type']],
    [{ ivr: { start: 'a', steps: { a: { type: 'dance' } } } }, ['/ivr/steps/a/type']],
    [{ ivr: { start: 'a', steps: { a: { type: 'route', speed: 5 } } } }, ['/ivr/steps/a/speed']],
    [{ ivr: { start: 'a', steps: { a: { type: 'route', next: 'a' } } } }, ['/ivr/steps/a/next']],
    [{ ivr: { start: 'b', steps: { a: { type: 'route' } } } }, ['/ivr/start']],
    [
      { ivr: { start: 'a', steps: { a: { type: 'play', prompt: 'prm_gone', next: 'b' }, b: { type: 'route' } } } },
      ['/ivr/steps/a/prompt'],
    ],
    [
      { ivr: { start: 'a', steps: { a: { type: 'set', category: ' x', next: 'b' }, b: { type: 'route' } } } },
      ['/ivr/steps/a/category'],
    ],
    [
      {
        ivr: {
          start: 'a',
          steps: {
            a: { type: 'menu', prompt: GREETING, choices: { x: 'b' }, timeoutS: 31, attempts: 0, onFail: 'b' },
            b: { type: 'route' },
          },
        },
      },
      ['/ivr/steps/a/timeoutS', '/ivr/steps/a/attempts'],
    ],
    [
      {
        ivr: {
          start: 'a',
          steps: { a: { type: 'menu', prompt: GREETING, choices: { x: 'b' }, onFail: 'b' }, b: { type: 'route' } },
        },
      },
      ['/ivr/steps/a/choices/x'],
    ],
    [
      {
        ivr: {
          start: 'a',
          steps: { a: { type: 'set', category: 'x', next: 'b' }, b: { type: 'set', category: 'y', next: 'a' } },
        },
      },
      ['/ivr/steps/a/next'],
    ],
  ])('with %j is refused at %j', async (changes, paths) => {
    expect(await refusedAt(await withMedia(), 'campaigns', changes)).toEqual(paths);
  });
});

describe('After hours', () => {
  it.each([
    [{}, { action: 'reject' }],
    [{ action: 'hangup' }, { action: 'hangup' }],
    [
      { action: 'hangup', promptId: GREETING },
      { action: 'hangup', promptId: GREETING },
    ],
    [
      { action: 'voicemail', promptId: GREETING },
      { action: 'voicemail', promptId: GREETING },
    ],
    [{ action: 'voicemail', billable: false }, { action: 'voicemail' }],
  ])('%j is kept as %j', async (afterHours, kept) => {
    expect(await new ApiSamples(await withMedia()).create('campaigns', { afterHours })).toMatchObject({
      afterHours: kept,
    });
  });

  it('calls may go to another destination, billed only where it is said', async () => {
    const api = await withMedia();
    const samples = new ApiSamples(api);
    const destinationId = (await samples.create('destinations')).id;
    const { id, afterHours } = await samples.create('campaigns', { afterHours: { action: 'forward', destinationId } });
    expect(afterHours).toEqual({ action: 'forward', destinationId, billable: false });
    const billed = await api.expect(200, 'PATCH', `/v1/campaigns/${id}`, { afterHours: { billable: true } });
    expect(billed.afterHours).toEqual({ action: 'forward', destinationId, billable: true });
    const back = { action: 'reject', destinationId: null, billable: null };
    const changed = await api.expect(200, 'PATCH', `/v1/campaigns/${id}`, { afterHours: back });
    expect(changed.afterHours).toEqual({ action: 'reject' });
  });

  it.each([
    [{ action: 'reject', promptId: GREETING }, ['/afterHours/promptId']],
    [{ action: 'forward' }, ['/afterHours/destinationId']],
    [{ action: 'forward', destinationId: 'dst_gone' }, ['/afterHours/destinationId']],
    [{ action: 'hangup', promptId: 'prm_gone' }, ['/afterHours/promptId']],
    [
      { action: 'voicemail', destinationId: 'dst_1', billable: true },
      ['/afterHours/destinationId', '/afterHours/billable'],
    ],
  ])('%j is refused at %j', async (afterHours, paths) => {
    expect(await refusedAt(await withMedia(), 'campaigns', { afterHours })).toEqual(paths);
  });
});

describe('With a media server, a destination', () => {
  it('may whisper, and ask for a digit', async () => {
    const fields = { whisper: 'prm_default-whisper', acceptDigit: '1', acceptTimeoutS: 5 };
    expect(await new ApiSamples(await withMedia()).create('destinations', fields)).toMatchObject(fields);
  });

  it.each(['0', '9', '*', '#'])('may ask for %s', async (acceptDigit) => {
    const made = await new ApiSamples(await withMedia()).create('destinations', { acceptDigit });
    expect(made).toMatchObject({ acceptDigit, acceptTimeoutS: 10 });
  });

  it.each([
    [{ whisper: 'prm_gone' }, '/whisper'],
    [{ acceptDigit: 'A' }, '/acceptDigit'],
    [{ acceptDigit: '12' }, '/acceptDigit'],
    [{ acceptTimeoutS: 1 }, '/acceptTimeoutS'],
    [{ acceptTimeoutS: 31 }, '/acceptTimeoutS'],
  ])('with %j is refused at %s', async (changes, path) => {
    expect(await refusedAt(await withMedia(), 'destinations', changes)).toEqual([path]);
  });
});

describe('Without a media server', () => {
  it.each([
    ['campaigns', { ivr: FLOW }, '/ivr'],
    ['campaigns', { prompts: { ringback: GREETING } }, '/prompts/ringback'],
    ['destinations', { whisper: GREETING }, '/whisper'],
    ['destinations', { acceptDigit: '1' }, '/acceptDigit'],
  ])('%s with %j are refused at %s', async (kind, changes, path) => {
    const api = await startTestApi();
    const body = { ...(await new ApiSamples(api).body(kind)), ...changes };
    expect((await api.expect(422, 'POST', `/v1/${kind}`, body)).errors).toEqual([
      {
        path,
        message: expect.stringMatching(
          /needs a media server, and none is configured: set FREESWITCH_HOST, or leave it out\.$/,
        ),
      },
    ]);
  });

  it('what was saved while there was one can be changed only by leaving it out', async () => {
    const api = await withMedia();
    const { id, ...made } = await new ApiSamples(api).create('campaigns', { record: true });
    const { createdAt: _c, updatedAt: _u, revision: _r, ...fields } = made;
    const without = await startTestApi();
    await without.store.resources.create('campaigns', fields);
    const { data } = await without.expect(200, 'GET', '/v1/campaigns');
    const path = `/v1/campaigns/${data[0].id}`;
    expect((await without.expect(422, 'PATCH', path, { name: 'Other' })).errors[0].path).toBe('/record');
    await without.expect(200, 'PATCH', path, { name: 'Other', record: false });
    expect(id).not.toBe(data[0].id);
  });
});
