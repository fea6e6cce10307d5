declare const brand: unique symbol;

/** A base type that can't be confused with another of the same shape: made by parsing once, at the edge. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
