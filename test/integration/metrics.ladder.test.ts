import { describe, expect, it } from 'vitest';
import { answers, rejects } from '../support/phone/behaviours.ts';
import { Stage } from './stage.ts';

/** The value of each series, by its name and labels as Prometheus' text format writes them. */
async function scrape(stage: Stage): Promise<(series: string) => number | undefined> {
  const text = String(await stage.product.api('GET', '/metrics'));
  const series = new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))] as const),
  );
  return (name) => series.get(name);
}

describe('the metrics', () => {
  it('hold what ASR, ACD and each method of SIP come to, after a call that failed over', async () => {
    const stage = await Stage.set({ buyers: { bob: rejects(503), ann: answers() } });
    const before = await scrape(stage);
    const [call] = await stage.connect('ann');
    const during = await scrape(stage);
    await call.bye();
    const cdr = await stage.onlyCdr();
    const after = await scrape(stage);

    expect(during('tollgate_calls_live')).toBe(1);
    expect(after('tollgate_calls_live')).toBe(0);
    expect(after('tollgate_attempts_total{result="answered"}')).toBe(1);
    expect(after('tollgate_attempts_total{result="failed"}')).toBe(1);
    expect(after('tollgate_calls_settled_total{outcome="connected"}')).toBe(1);
    expect(after('tollgate_talk_seconds_count')).toBe(1);
    expect(after('tollgate_talk_seconds_sum')).toBe(cdr.talkMs / 1_000);
    expect(after('tollgate_setup_seconds_count')).toBe(1);
    expect(after('tollgate_post_dial_delay_seconds_count')).toBe(2);

    const grown = (series: string): number => (after(series) ?? 0) - (before(series) ?? 0);
    const sip = 'tollgate_sip_responses_total';
    expect(grown('tollgate_sip_requests_total{direction="in",method="INVITE"}')).toBe(1);
    expect(grown('tollgate_sip_requests_total{direction="out",method="INVITE"}')).toBe(2);
    expect(grown(`${sip}{direction="in",method="INVITE",class="5xx"}`)).toBe(1);
    expect(grown(`${sip}{direction="in",method="INVITE",class="2xx"}`)).toBe(1);
    expect(grown(`${sip}{direction="out",method="INVITE",class="2xx"}`)).toBe(1);
    expect(grown('tollgate_sip_requests_total{direction="in",method="BYE"}')).toBe(1);
    expect(grown('tollgate_sip_requests_total{direction="out",method="BYE"}')).toBe(1);
    expect(grown(`${sip}{direction="out",method="BYE",class="2xx"}`)).toBe(1);
  });

  it('say that all is well, and who says so', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const value = await scrape(stage);
    expect(value('tollgate_ready')).toBe(1);
    expect(value('tollgate_check_ok{check="sip"}')).toBe(1);
    expect(value('tollgate_check_ok{check="store"}')).toBe(1);
    expect(value('tollgate_settlements_waiting')).toBe(0);
    expect(value('tollgate_settlement_oldest_seconds')).toBe(0);
    expect(value('tollgate_store_writes_waiting')).toBe(0);
    const text = String(await stage.product.api('GET', '/metrics'));
    expect(text).toMatch(/^tollgate_build_info\{version="[\d.]+",node="24\.[\d.]+",engine="\w+"\} 1$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    expect(text).toMatch(/^tollgate_http_requests_total\{route="\/metrics",method="GET",class="2xx"\} \d+$/m);
  });

  it('show how full a buyer is while its call is up', async () => {
    const stage = await Stage.set({ buyers: { ann: answers() } });
    const { id } = (await stage.product.get('/buyers')).data[0];
    await stage.product.patch(`/buyers/${id}`, { caps: { concurrent: 1, daily: 4 } });
    const [call] = await stage.connect('ann');
    const during = await scrape(stage);
    expect(during(`tollgate_buyer_cap_used_ratio{buyer="${id}",cap="concurrent"}`)).toBe(1);
    expect(during(`tollgate_buyer_cap_used_ratio{buyer="${id}",cap="daily"}`)).toBe(0.25);
    expect(during('tollgate_buyer_caps_full{cap="concurrent"}')).toBe(1);
    await call.bye();
    await stage.onlyCdr();
    expect((await scrape(stage))('tollgate_buyer_caps_full{cap="concurrent"}')).toBe(0);
  });
});
