import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatNumber } from './format-number.ts';
import { normalizeNumber } from './normalize-number.ts';

const SAN_FRANCISCO = '+14155550100';
const LONDON = '+442071838750';

describe('normalizeNumber', () => {
  test.each([
    '+14155550100',
    '14155550100',
    '4155550100',
    '0014155550100',
    '01114155550100',
    ' +1 (415) 555-0100 ',
    '415.555.0100',
    'tel:+1-415-555-0100',
    'TEL:+1(415)555.0100;ext=22',
    'tel:4155550100;phone-context=+1',
    'sip:+14155550100@203.0.113.7:5060;user=phone',
    'sips:4155550100@carrier.example?Subject=hello',
    '"Ann \\"4\\"" <sip:+14155550100@carrier.example>;tag=1',
    '+14155550100;npdi;rn=+14155559999',
    '4155550100;cpc=ordinary',
    'sip:%2B14155550100@carrier.example',
    '+1%20415%20555%200100',
  ])('reads %s as the ten-digit number it is', (raw) => {
    expect(normalizeNumber(raw)).toBe(SAN_FRANCISCO);
  });

  test.each(['+442071838750', '00442071838750', '011442071838750', '442071838750', '+44 20 7183-8750'])(
    'reads %s as a number outside the numbering plan',
    (raw) => {
      expect(normalizeNumber(raw)).toBe(LONDON);
    },
  );

  test.each([
    '',
    '+',
    'anonymous',
    '5550100',
    '0155550100',
    '1155550100',
    '4150550100',
    '4151550100',
    '+14151550100',
    '+1415555010',
    '+141555501000',
    '+0442071838750',
    '1-800-FLOWERS',
    '415555010#',
    '+1234567890123456',
    '+14155550100+14155550100',
    '123456',
  ])('refuses %j, which nobody could be called on', (raw) => {
    expect(normalizeNumber(raw)).toBeUndefined();
  });

  test('asks only for the form of a number, so that an area code opened tomorrow works today', () => {
    expect(normalizeNumber('2992345678')).toBe('+12992345678');
  });

  test('is not taken in by a number that a caller wrote into their display name', () => {
    expect(normalizeNumber('"Bank <sip:+18005550100@x>" <sip:+14155550100@carrier.example>')).toBe(SAN_FRANCISCO);
    expect(normalizeNumber('"tel:2071838750;phone-context=+44" <sip:4155550100@carrier.example>')).toBe(SAN_FRANCISCO);
  });

  test('leaves a local number of another country alone instead of taking it for an American one', () => {
    expect(normalizeNumber('tel:2071838750;phone-context=+44')).toBeUndefined();
    expect(normalizeNumber('tel:+442071838750;phone-context=+44')).toBe(LONDON);
  });

  test('reads ten bare digits with their country code where the trunk writes numbers so', () => {
    expect(normalizeNumber('4532123456')).toBe('+14532123456');
    expect(normalizeNumber('4532123456', { format: 'e164-without-plus' })).toBe('+4532123456');
    expect(normalizeNumber('14155550100', { format: 'e164-without-plus' })).toBe(SAN_FRANCISCO);
  });

  test('takes no bare digits for a country code where the trunk writes national numbers', () => {
    expect(normalizeNumber('442071838750', { format: 'national' })).toBeUndefined();
    expect(normalizeNumber('011442071838750', { format: 'national' })).toBe(LONDON);
    expect(normalizeNumber('14155550100', { format: 'national' })).toBe(SAN_FRANCISCO);
  });

  test('is its own inverse with formatNumber, in every format a trunk may ask for', () => {
    const nanp = fc.stringMatching(/^\+1[2-9]\d{2}[2-9]\d{6}$/);
    const foreign = fc.stringMatching(/^\+[2-9]\d{10,13}$/);
    fc.assert(
      fc.property(
        fc.oneof(nanp, foreign),
        fc.constantFrom('e164' as const, 'e164-without-plus' as const, 'national' as const),
        (text, format) => {
          const number = normalizeNumber(text);
          expect(number).toBe(text);
          expect(number && normalizeNumber(formatNumber(number, format), { format })).toBe(text);
        },
      ),
    );
  });

  test('never throws and never gives anything but E.164', () => {
    const scrap = fc.oneof(
      fc.string(),
      fc
        .array(fc.constantFrom('+', '1', '415', '5550100', ';', '@', '<', '>', 'sip:', '%2B', '%', ' '))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(scrap, (raw) => {
        const number = normalizeNumber(raw);
        expect(number === undefined || /^\+[1-9]\d{6,14}$/.test(number)).toBe(true);
      }),
    );
  });
});
