/** Samples a second of everything inside the engine: G.711's rate (RFC 3551 §4.5.14). */
export const SAMPLE_RATE = 8000;

/** Samples in a millisecond. */
export const SAMPLES_PER_MS = SAMPLE_RATE / 1000;
