/**
 * The answer that takes none of the media an offer proposes (RFC 3264 §6): for a call that is hung up as soon as it is
 * answered, whose offer is owed an answer all the same.
 */
export function declineAll(offer: string): string {
  return offer.replace(/^(?<media>m=\S+ )\d+(?:\/\d+)?/gm, '$<media>0');
}
