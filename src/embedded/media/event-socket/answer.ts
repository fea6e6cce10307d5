/** What a command is answered with. */
export type Answer =
  | { readonly as: 'reply'; readonly text: string; readonly headers?: readonly (readonly [string, string])[] }
  | { readonly as: 'response'; readonly body: string }
  | { readonly as: 'channel-data'; readonly headers: ReadonlyMap<string, string> };

/** A `command/reply`. */
export const reply = (text: string): Answer => ({ as: 'reply', text });
