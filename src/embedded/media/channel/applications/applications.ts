import type { Application } from '../application.ts';
import { answer, hangup, park, sendDtmf } from './call-control.ts';
import { playAndGetDigits } from './play-and-get-digits.ts';
import { endlessPlayback, loopPlayback, playback, sleep } from './playback.ts';
import { record, recordSession, stopRecordSession } from './record.ts';
import { multiset, set, unset } from './settings.ts';

/** Every application there is, by its name. */
export const applications: ReadonlyMap<string, Application> = new Map<string, Application>([
  ['answer', answer],
  ['pre_answer', answer],
  ['hangup', hangup],
  ['park', park],
  ['sleep', sleep],
  ['set', set],
  ['export', set],
  ['unset', unset],
  ['multiset', multiset],
  ['playback', playback],
  ['endless_playback', endlessPlayback],
  ['loop_playback', loopPlayback],
  ['play_and_get_digits', playAndGetDigits],
  ['record', record],
  ['record_session', recordSession],
  ['stop_record_session', stopRecordSession],
  ['send_dtmf', sendDtmf],
]);
