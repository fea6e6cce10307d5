import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../channel/engine-event.ts';
import { Subscription } from './subscription.ts';

const event = (name: string, headers: Record<string, string> = {}): EngineEvent => ({
  name,
  headers: new Map(Object.entries({ 'Event-Name': name, ...headers })),
});

const subscribed = (...words: string[]): Subscription => {
  const subscription = new Subscription();
  subscription.add(words);
  return subscription;
};

describe('a subscription', () => {
  it('is to nothing at first', () => {
    expect(new Subscription().wants(event('DTMF'))).toBe(false);
  });

  it('is to the events it names, by either of their names, in any case', () => {
    const subscription = subscribed('dtmf', 'SWITCH_EVENT_PLAYBACK_START');
    expect(['DTMF', 'PLAYBACK_START', 'PLAYBACK_STOP'].map((name) => subscription.wants(event(name)))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('is to everything for ALL', () => {
    expect(subscribed('all').wants(event('HEARTBEAT'))).toBe(true);
  });

  it('takes what follows CUSTOM for subclasses, as FreeSWITCH does', () => {
    const subscription = subscribed('DTMF', 'CUSTOM', 'a::b', 'HEARTBEAT');
    expect(subscription.wants(event('CUSTOM', { 'Event-Subclass': 'a::b' }))).toBe(true);
    expect(subscription.wants(event('CUSTOM', { 'Event-Subclass': 'c::d' }))).toBe(false);
    expect(subscription.wants(event('HEARTBEAT'))).toBe(false);
  });

  it('can be taken back, in part or whole', () => {
    const subscription = subscribed('DTMF', 'HEARTBEAT');
    subscription.remove(['dtmf']);
    expect([subscription.wants(event('DTMF')), subscription.wants(event('HEARTBEAT'))]).toEqual([false, true]);
    subscription.clear();
    expect(subscription.wants(event('HEARTBEAT'))).toBe(false);
  });

  it('lets through what passes any of its filters', () => {
    const subscription = subscribed('ALL');
    subscription.addFilter('Unique-ID', 'A');
    subscription.addFilter('Job-UUID', '1');
    const wants = (headers: Record<string, string>): boolean => subscription.wants(event('DTMF', headers));
    expect([wants({ 'Unique-ID': 'a' }), wants({ 'Job-UUID': '1' }), wants({ 'Unique-ID': 'b' }), wants({})]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    subscription.deleteFilter('Job-UUID', '1');
    expect(wants({ 'Job-UUID': '1' })).toBe(false);
    subscription.deleteFilter('Unique-ID', undefined);
    expect(wants({})).toBe(true);
    subscription.addFilter('a', 'b');
    subscription.deleteFilter('all', undefined);
    expect(wants({})).toBe(true);
  });

  it('has room for so many filters', () => {
    const subscription = subscribed('ALL');
    const added = Array.from({ length: 250 }, (_, index) => subscription.addFilter('Job-UUID', String(index)));
    expect(added.filter(Boolean)).toHaveLength(200);
  });

  it('to a channel is to all of it, whatever the filters', () => {
    const subscription = new Subscription();
    subscription.addFilter('Unique-ID', 'b');
    subscription.follow('a');
    expect(subscription.wants(event('DTMF', { 'Unique-ID': 'a' }))).toBe(true);
  });
});
