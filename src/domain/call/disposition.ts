/** What a person says a call came to. */
export const DISPOSITIONS = ['booked', 'customer', 'wrong-category', 'out-of-area', 'spam', 'no-interest'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** What a campaign has done about a disposition: nothing where it names none, or a refund for a person to confirm. */
export type ReviewAction = 'propose-refund';

/** A campaign's answers to what people say of its calls. */
export type ReviewRules = { readonly [Value in Disposition]?: ReviewAction };
