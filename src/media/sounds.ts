/** What a caller hears while the other side rings, in North America: two seconds in six (ITU-T E.180). */
export const RINGBACK = 'tone_stream://%(2000,4000,440,480);loops=-1';

/** The tone after which a message is spoken. */
export const BEEP = 'tone_stream://%(500,0,1000)';

/** For whoever is put on hold, where no music is chosen: a short tone each ten seconds, so that the line isn't taken for dead. */
export const HOLD_TONE = 'tone_stream://%(300,9700,440);loops=-1';

/** Mean loudness of a packet, of 32 768, below which it counts as silence: a quiet line is not far below it. */
export const SILENCE_THRESHOLD = 200;
