/** What the pool and the calls need of a media server. Every promise here settles within the link's time limit. */
export interface ServerLink {
  /** Has the server do an API command; resolves with its answer, or rejects with AppError `media-failed`. */
  command(text: string): Promise<string>;
  /** A channel that has been offered `sdp`, answered, and waits. One that comes too late is hung up. */
  createEndpoint(sdp: string, headers: Readonly<Record<string, string>>): Promise<MediaEndpoint>;
  /** Whether a channel is one that was made by this link and is not given back yet. */
  holds(uuid: string): boolean;
  /** Closes the link; channels still there lose their connection to us. Reports no `onEnd`. Idempotent. */
  close(): void;
}

/** What a link reports by itself. */
export interface LinkEvents {
  readonly onHeartbeat: (heartbeat: Heartbeat) => void;
  /** The link is lost, for good: called once at most. */
  readonly onEnd: (cause: string) => void;
  /** A defect was caught; what it was about has ended, everything else goes on. */
  readonly onFault: (error: unknown) => void;
}

/** What a server says of itself now and then. */
export interface Heartbeat {
  readonly sessions: number;
  readonly maxSessions: number;
  /** Until the next one. */
  readonly intervalMs: number;
}

/** The server is there and does not let us in, as it is set up, or as we are: trying again soon would not help. */
export class ServerRefusal extends Error {
  override readonly name = 'ServerRefusal';
}

/** A channel at a media server. Every promise but `Execution.ended` settles within the link's time limit. */
export interface MediaEndpoint {
  readonly uuid: string;
  /** The SDP that the server answered its INVITE with. */
  readonly sdp: string;
  /** Hears of keys, and once of the channel's unexpected end, with its hangup cause where that is known. */
  listen(listeners: { readonly onKey: (key: string) => void; readonly onGone: (cause: string | null) => void }): void;
  /** Sets channel variables. */
  set(variables: Readonly<Record<string, string>>): Promise<void>;
  /** Offers the server a new SDP by re-INVITE; resolves with its answer. `media-refused` where it can't speak that. */
  modify(sdp: string): Promise<string>;
  /** Bridges the channel to another; resolves once the two hear each other. */
  bridge(uuid: string): Promise<void>;
  /** Has the server do an API command by the channel's own connection. */
  command(text: string): Promise<string>;
  /** Runs a dialplan application on the channel. One at a time: a second one would be run within the first. */
  execute(application: string, argument: string): Execution;
  /** Hangs up and gives everything back. Idempotent, never rejects. */
  destroy(): Promise<void>;
}

/** A dialplan application being run. */
export interface Execution {
  /** The server's word on how it went; rejects where it did not begin in time, or where its channel is gone. */
  readonly ended: Promise<string>;
  /** Breaks it off; resolves once it has ended. */
  stop(): Promise<void>;
}
