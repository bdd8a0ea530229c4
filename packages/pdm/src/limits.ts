import { PdmError } from "./errors.js";

/**
 * Everything that a client can make the daemon hold, with unit and default.
 *
 * Each is a whole number, at least 1. A client that goes over one of them gets an error that names the limit; whether
 * its connection survives is said with each.
 */
export interface Limits {
  /** Bytes of the line that names the sub-protocol, without its line feed. Over it: `-ERR`, closed. Stops endless lines. */
  readonly nameLineBytes: number;
  /** Milliseconds from the accept to the end of the name line. Over it: `-ERR`, closed. Stops idle connections that never say anything. */
  readonly helloTimeoutMs: number;
  /** Connections of one listener at a time. One more takes the place of a client that has ended its side, else: `-ERR`, closed. Stops the using up of descriptors. */
  readonly connections: number;
  /** Bytes of one `repl` command. Over it: a `-` line, closed. Stops endless commands. */
  readonly blockBytes: number;
  /** Bytes that one `repl` command may print. Over it: the rest is cut, and the output says so; stays open. */
  readonly blockOutputBytes: number;
  /** Milliseconds that each synchronous step of what is typed at the REPL may block the service, where the client chooses nothing else. Over it: it is ended. Stops loops that never end. */
  readonly replBlockMs: number;
  /** Sessions of the REPL over `rpc` in this process. One more takes the place of one that nobody is in; else the request fails. */
  readonly replSessions: number;
  /** Milliseconds for which such a session is kept when its last client was lost. */
  readonly replIdleMs: number;
  /** Values of one session that its clients can look further into. One more takes the place of the one that was used longest ago. */
  readonly replHandles: number;
  /** Commands that wait for their turn in one session. One more fails; stays open. */
  readonly replQueue: number;
  /** Bytes of one `perf` request, or one line of `rpc`. Over it: a `-` reply or `bye`, closed, since the next request cannot be found. Stops length bombs. */
  readonly frameBytes: number;
  /** Bytes of one reply or event. Over it: over `perf` the request fails (`-` reply), and over `rpc` the value is cut, and marked; an event is not sent, or cut; stays open. */
  readonly replyBytes: number;
  /** Lists, dicts and other objects in one `perf` reply or event. Over it: the same. */
  readonly replyObjects: number;
  /** Nested containers in a pickle, read or written. Over it: the request fails; stays open. Stops exhaustion of the stack. */
  readonly pickleDepth: number;
  /** Memo entries of one pickle that is read. Over it: the request fails; stays open. Stops memo bombs. */
  readonly pickleMemo: number;
  /** Bytes of memory, estimated, that one pickle may become when read. Over it: the request fails; stays open. Stops pickles of a million one-byte lists. */
  readonly pickleMemoryBytes: number;
  /** Milliseconds, by the clock and in processor time, that one pickle with more than 256 keys and set elements may take when read. Over it: the request fails; stays open. Stops keys chosen to collide in V8's hash tables, where each costs as much as all before it. */
  readonly pickleMs: number;
  /** Bytes of one string or byte string in a pickle that is read. Over it: the request fails; stays open. */
  readonly stringBytes: number;
  /** Bytes of one integer in a pickle, or its decimal digits in the text protocols. Over it: the request fails; stays open. Stops quadratic conversions. */
  readonly integerBytes: number;
  /** Containers within each other in a value of `rpc`, read or written. Over it: a request fails and stays open; what is written is cut. Stops exhaustion of the stack. */
  readonly valueDepth: number;
  /** Items or entries of one container that `rpc` writes at once, whatever the client asks for. Over it: the rest is cut, to be fetched. */
  readonly valueItems: number;
  /** Values and names in the arguments of one `rpc` request. Over it: the request fails; stays open. Stops lines of a million empty lists, each of which takes many times its bytes. */
  readonly valueNodes: number;
  /** Milliseconds, by the clock and in processor time, that the arguments of one `rpc` request with regular expressions, or with more than 256 keys of Maps and elements of Sets, may take when read. Over it: the request fails; stays open. Stops keys chosen to collide, and expressions that are slow to make. */
  readonly valueMs: number;
  /** Objects bound by one `perf` connection. Over it: the request fails; stays open. */
  readonly boundIds: number;
  /** Subscriptions of one connection. Over it: the request fails; stays open. */
  readonly subscriptions: number;
  /** Bytes of events that wait for one connection's reader. Over it, they are dropped, oldest first, and counted; the newest always stays. (Replies need no limit of their own: while one waits, no further request is taken.) */
  readonly queuedOutputBytes: number;
  /** Positional arguments of one call. Over it: the request fails; stays open. Stops calls that leave the called function no stack. */
  readonly arguments: number;
  /** Milliseconds that a pending result (a promise) of a `perf` or `rpc` request may take, where the client chooses nothing else; `repl` commands have no such limit. Over it: the request fails, the result is ignored; stays open. */
  readonly requestTimeoutMs: number;
  /** Requests of one `rpc` connection that are under way. One more fails, those excepted that cancel or belong to a stream; stays open. */
  readonly requestsInFlight: number;
  /** Attributes that one `rpc` request may read or sample. Over it: the request fails; stays open. */
  readonly bulkItems: number;
  /** Objects on one page of `describe` and `list`, whatever the client asks for. */
  readonly pageObjects: number;
  /** Milliseconds between two samples, at least, whatever the client asks for. Stops clients from having attributes read all the time. */
  readonly minSampleMs: number;
  /** Streams of one `rpc` connection, in both directions. Over it: the request fails; stays open. */
  readonly streams: number;
  /** Bytes of a stream that a client sends and the operation has not read. Over it: the stream fails; stays open. */
  readonly streamWindowBytes: number;
  /** Milliseconds for which a client may take nothing of a stream. Over it: the stream ends, and its source is let go of. Stops clients that never grant credit. */
  readonly streamIdleMs: number;
  /** Rests of cut values that one `rpc` connection can fetch. One more takes the place of the one that was used longest ago. */
  readonly handles: number;
  /** Milliseconds for which such a rest is kept after its last use. */
  readonly handleIdleMs: number;
  /** Milliseconds that a client may choose as its deadline for a pending result. A longer one is taken for this. Stops requests that are kept for ever. */
  readonly maxRequestTimeoutMs: number;
  /** Milliseconds that all connections together may take in one turn of the event loop before the rest of their requests waits for the next. Stops floods of requests from keeping the service from its work. */
  readonly turnMs: number;
  /** Milliseconds that an object's own code may block the event loop before its name and duration are reported: each time on a diagnostics channel, at most once in ten seconds as a process warning. */
  readonly slowObjectMs: number;
  /** Milliseconds that a connection being closed gets to read the reason. */
  readonly closeGraceMs: number;
  /** Bytes held for all connections of the process together: partial input, arguments of calls under way (half of it at the most), bindings, subscriptions, queued output. Over it, the connection that holds the most is closed, with the reason sent unless it is not reading. */
  readonly totalBytes: number;
}

/** The defaults of {@link Limits}; `listen(spec, { limits })` replaces single ones. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  nameLineBytes: 64,
  helloTimeoutMs: 10_000,
  connections: 1_024,
  blockBytes: 1_048_576,
  blockOutputBytes: 8_388_608,
  replBlockMs: 10_000,
  replSessions: 64,
  replIdleMs: 600_000,
  replHandles: 256,
  replQueue: 16,
  frameBytes: 1_048_576,
  replyBytes: 16_777_216,
  replyObjects: 1_000_000,
  pickleDepth: 200,
  pickleMemo: 100_000,
  pickleMemoryBytes: 16_777_216,
  pickleMs: 200,
  stringBytes: 1_048_576,
  integerBytes: 4_096,
  valueDepth: 200,
  valueItems: 1_000_000,
  valueNodes: 250_000,
  valueMs: 200,
  boundIds: 1_024,
  subscriptions: 256,
  queuedOutputBytes: 4_194_304,
  arguments: 1_000,
  requestTimeoutMs: 30_000,
  requestsInFlight: 1_024,
  bulkItems: 10_000,
  pageObjects: 10_000,
  minSampleMs: 10,
  streams: 64,
  streamWindowBytes: 262_144,
  streamIdleMs: 60_000,
  handles: 256,
  handleIdleMs: 60_000,
  maxRequestTimeoutMs: 600_000,
  turnMs: 10,
  slowObjectMs: 100,
  closeGraceMs: 1_000,
  totalBytes: 67_108_864,
});

/** Characters of a name that a policy is asked about. A longer one is refused. Stops names whose matching takes long. */
export const POLICY_NAME_CHARACTERS = 4_096;

/** Names that a policy made of rules remembers what it said of, so that a name is matched once. Over it, it forgets all of them. */
export const POLICY_REMEMBERED_NAMES = 1_000;

/** Characters of a name that is remembered so. A longer one is matched each time. */
export const POLICY_REMEMBERED_CHARACTERS = 256;

/** Characters of each text that a client says of itself. The rest is cut. Stops huge claims, which are kept and shown to others. */
export const CLAIM_CHARACTERS = 256;

/** Characters of what a service calls its version, since each client is told. Over it: `listen` fails. */
export const BUILD_CHARACTERS = 1_024;

/** Characters of each value, input and error in an audit record. The rest is cut, and the record says so. Stops clients from filling the audit file quickly. */
export const AUDIT_TEXT_CHARACTERS = 2_048;

/** Characters of the object's name in an audit record. The rest is cut, and the record says so. */
export const AUDIT_TARGET_CHARACTERS = 512;

/**
 * Everything that a server can make a client hold, with unit and default.
 *
 * Each is a whole number, at least 1. Generous, since a program chose to connect, but never endless.
 */
export interface ClientLimits {
  /** Bytes of a line of the hello. Over it: not a PDM socket, closed. Stops endless greetings. */
  readonly helloLineBytes: number;
  /** Bytes of one `perf` reply or event, or one line of `rpc`, received, and of one request sent. Over it: the connection is closed; a request fails alone. */
  readonly frameBytes: number;
  /** Containers within each other in a value of `rpc`. Over it: the request fails; an event or a stream that cannot be read closes the connection. Stops exhaustion of the stack. */
  readonly valueDepth: number;
  /** Values and names in a value of `rpc` that is read, and lists and objects in one line. Over it: the same; for a line the connection is closed, before it is parsed. Stops lines of millions of empty lists. */
  readonly valueNodes: number;
  /** Milliseconds, by the clock and in processor time, that a value with regular expressions, or with more than 256 keys of Maps and elements of Sets, may take when read. Over it: the same. Stops keys chosen to collide, and expressions that are slow to make. */
  readonly valueMs: number;
  /** Nested containers in a pickle. Over it: the connection is closed; a request fails alone. */
  readonly pickleDepth: number;
  /** Memo entries of one pickle. Over it: the same. */
  readonly pickleMemo: number;
  /** Bytes of memory, estimated, that one pickle may become. Over it: the same. */
  readonly pickleMemoryBytes: number;
  /** Milliseconds, by the clock and in processor time, that one pickle with more than 256 keys and set elements may take. Over it: the same. Stops keys chosen to collide. */
  readonly pickleMs: number;
  /** Bytes of one string or byte string in a pickle. Over it: the same. */
  readonly stringBytes: number;
  /** Bytes of one integer in a pickle. Over it: the same. */
  readonly integerBytes: number;
  /** Requests whose reply has not come, given up ones included. One more fails at once. Stops piling up behind a server that hangs. */
  readonly pendingRequests: number;
  /** Bytes of requests that wait for the server to read. Over it, a further request fails at once. */
  readonly queuedOutputBytes: number;
  /** Events that wait in one stream for its reader. Over it, the oldest are lost and counted. */
  readonly queuedEvents: number;
  /** Bytes of memory, estimated, of these events together. Over it: the same. */
  readonly queuedEventBytes: number;
  /** Objects in one list or description over `rpc`, all its pages together. Over it: the request fails. Stops pages without end. */
  readonly listedObjects: number;
  /** Streams open at a time over `rpc`, of each direction. One more fails its request. */
  readonly streams: number;
  /** Bytes of a stream from the server that may wait for its reader: so much is granted. Over it: the connection is closed. */
  readonly streamWindowBytes: number;
  /** Bytes of one line of `repl` output. Over it: the connection is closed. */
  readonly outputLineBytes: number;
  /** Bytes of output kept for one `repl` command, 32 more for each line. Over it, the last lines are dropped and counted. */
  readonly blockOutputBytes: number;
}

/** The defaults of {@link ClientLimits}; `connect(spec, { limits })` replaces single ones. */
export const DEFAULT_CLIENT_LIMITS: ClientLimits = Object.freeze({
  helloLineBytes: 1_024,
  frameBytes: 67_108_864,
  valueDepth: 500,
  valueNodes: 4_000_000,
  valueMs: 5_000,
  pickleDepth: 500,
  pickleMemo: 1_000_000,
  pickleMemoryBytes: 268_435_456,
  pickleMs: 5_000,
  stringBytes: 67_108_864,
  integerBytes: 65_536,
  pendingRequests: 10_000,
  queuedOutputBytes: 67_108_864,
  queuedEvents: 1_000,
  queuedEventBytes: 16_777_216,
  listedObjects: 1_000_000,
  streams: 256,
  streamWindowBytes: 1_048_576,
  outputLineBytes: 16_777_216,
  blockOutputBytes: 67_108_864,
});

/** Decimal digits of one bigint in a value of `rpc`. Over it: it is cut when written, refused when read. Stops conversions whose time grows faster than their length. */
export const VALUE_DIGITS = 100_000;

/** Characters of one regular expression in a value of `rpc`. Over it: it is cut when written, refused when read. Stops expressions that take seconds to be made, matched or not; many small ones are stopped by `valueMs`. */
export const VALUE_REGEXP_CHARACTERS = 10_000;

/** Names of properties, of at most so many characters, that are kept as JSON has them. One more: all are forgotten. Stops services whose names are data from filling the memory. */
export const KEPT_NAMES = 1_024;
export const KEPT_NAME_CHARACTERS = 64;

/** Milliseconds that connecting may take, the hello included, where the caller says nothing else. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** The same over ssh, which may ask the user for a passphrase. */
export const SSH_CONNECT_TIMEOUT_MS = 60_000;

/** Characters kept of what ssh says, the last ones: the reason comes last. Stops servers whose banner never ends. */
export const SSH_SAID_CHARACTERS = 4_096;

/** Bytes of the line with which the helper program answers over ssh. Over it: no connection. Stops endless lines. */
export const SSH_ANSWER_BYTES = 1_024;

/** Milliseconds that a client waits for a reply where the caller says nothing else: longer than our server takes, so that its own reason arrives. */
export const REPLY_TIMEOUT_MS = 60_000;

/**
 * Milliseconds that a client of `rpc` waits longer than it told the server to, so that the server's own reason arrives: a tenth
 * of the time, within these.
 */
export const REPLY_GRACE_MS: { readonly least: number; readonly most: number } = { least: 200, most: 1_000 };

/** Descriptions of one server that a client keeps, so that they need not be sent again, those asked for last. */
export const KEPT_DESCRIPTIONS = 16;

/**
 * What `pdm/http` holds of a service's requests, whatever its clients send.
 *
 * An exchange that is kept holds its URL and headers: of the request what Node accepts (`maxHeaderSize`, 16 KiB where nothing
 * else is said), of the response what the service itself sent.
 */
export interface HttpLimits {
  /** Exchanges kept because they ended last. */
  readonly latestExchanges: number;
  /** Exchanges of a second that are kept as the latest, where so many end for long; a burst of `latestExchanges` is kept whole. */
  readonly latestPerSecond: number;
  /** Headers of a request or a response that are shown, the first ones. */
  readonly shownHeaders: number;
  /** Characters of a header's value that are shown. */
  readonly shownHeaderCharacters: number;
  /** Characters of a URL that are shown. */
  readonly shownUrlCharacters: number;
  /** Exchanges kept of each period because they took longest. */
  readonly slowestExchanges: number;
  /** Milliseconds of such a period; the current and the one before are shown. */
  readonly slowestPeriodMs: number;
  /** Milliseconds of a period of recent durations; the current and the one before are shown. */
  readonly recentPeriodMs: number;
  /** Seconds that are counted one by one, for rates. */
  readonly rateSeconds: number;
}

/** The values of {@link HttpLimits}. */
export const HTTP_LIMITS: HttpLimits = Object.freeze({
  latestExchanges: 50,
  latestPerSecond: 100,
  shownHeaders: 100,
  shownHeaderCharacters: 1_024,
  shownUrlCharacters: 4_096,
  slowestExchanges: 25,
  slowestPeriodMs: 1_800_000,
  recentPeriodMs: 60_000,
  rateSeconds: 300,
});

/** What the REPL makes the service work out and hold at a time, whatever is typed. */
export interface ReplLimits {
  /** Bytes of one value as text. Over it: the rest is cut, and the text says so. */
  readonly textBytes: number;
  /** Bytes of a value's text that can be paged through. Over it: the same. Stops values whose text takes the memory. */
  readonly wholeTextBytes: number;
  /** Characters that one call of the console prints. Over it: the same. Stops one call from filling what waits for the clients. */
  readonly printedCharacters: number;
  /** Characters of what the service prints that wait for one follower, with a few more for each write. Over it: the oldest are lost, and counted. Stops a service that prints faster than the client reads. */
  readonly queuedCharacters: number;
  /** Completions of one place. Over it: the others are left out, and the list says so. */
  readonly completions: number;
  /** Milliseconds, by the clock and in processor time, that completions are looked for. Over it: the same. Stops objects that take long to list; the names of one object, which V8 lists in one step, take as long as they take, once. */
  readonly completionMs: number;
  /** Characters of a completion, and of what is said of it. A longer completion, which nobody types, is left out, as if there were too many; what is said is cut. Stops names of megabytes. */
  readonly completionCharacters: number;
  /** Characters before the cursor that are read for completions. Of a longer text, the last whole lines; in a longer line nothing is completed. Stops texts that take long to read at each key. */
  readonly completionSourceCharacters: number;
  /** Parts of the path before what is completed, brackets and parentheses around it included. A longer one is not completed. Stops exhaustion of the stack. */
  readonly pathParts: number;
  /** Bytes of a `package.json` that is read for completions. A larger one is passed over. Stops files that take long to read. */
  readonly manifestBytes: number;
  /** Members of a value on one page, whatever the client asks for. */
  readonly pageMembers: number;
  /** Characters of each member's text. The rest is cut. */
  readonly memberCharacters: number;
  /** Questions of one session that wait for an answer. One more fails. Stops loops that ask. */
  readonly questions: number;
  /** Characters of a question. The rest is cut. Stops questions of megabytes, which are kept for clients that come later. */
  readonly questionCharacters: number;
  /** Watches of one session at a time. One more is refused. Stops loops that watch. */
  readonly watches: number;
  /** Milliseconds for which the promise that a watched call returned is followed. Stops promises that never settle. */
  readonly watchedPromiseMs: number;
  /** Subscriptions of one session at a time. One more is refused. Stops loops that subscribe. */
  readonly subscriptions: number;
  /** Runs of one `$time`, each of which leaves a number. More are refused. Stops runs that fill the memory. */
  readonly timedRuns: number;
  /** Places, of about 50 bytes, at which commands were rewritten, kept for what the stacks of one session say. Over it: those of the oldest commands are forgotten. Stops sessions that go on for days. */
  readonly columnShifts: number;
  /** Milliseconds for which the end of a step waits for a signal that is on its way; one that was swallowed by a deadline never comes. */
  readonly signalWaitMs: number;
}

/** The values of {@link ReplLimits}. */
export const REPL_LIMITS: ReplLimits = Object.freeze({
  textBytes: 65_536,
  wholeTextBytes: 4_194_304,
  printedCharacters: 262_144,
  queuedCharacters: 262_144,
  completions: 500,
  completionMs: 50,
  completionCharacters: 1_000,
  completionSourceCharacters: 65_536,
  pathParts: 256,
  manifestBytes: 1_048_576,
  pageMembers: 1_000,
  memberCharacters: 200,
  questions: 16,
  questionCharacters: 4_096,
  watches: 100,
  watchedPromiseMs: 60_000,
  subscriptions: 100,
  timedRuns: 100_000,
  columnShifts: 20_000,
  signalWaitMs: 1_000,
});

/** Calls that one watch tells of, where nothing is said, and at most. Then it ends; over the most, it is refused. Stops methods that are called all the time. */
export const WATCHED_CALLS: Readonly<{ preset: number; most: number }> = Object.freeze({ preset: 10, most: 10_000 });

/** Events that one subscription of a session hears, where nothing is said, and at most. Then it ends; over the most, it is refused. Stops events that come all the time. */
export const HEARD_EVENTS: Readonly<{ preset: number; most: number }> = Object.freeze({ preset: 100, most: 1_000_000 });

/** What the REPLs of the service's threads wait for and hold. */
export interface ThreadLimits {
  /** Threads that are listed. The others are left out. Stops answers that another library sends by the thousand. */
  readonly threads: number;
  /** Milliseconds in which a thread has to say that it is there. Over it: it is not listed. */
  readonly answerMs: number;
  /** Milliseconds in which a thread has to take a client in. Over it: the client is refused. */
  readonly enterTimeoutMs: number;
  /** Bytes on their way between a client and a thread, each way. Over it: who sends waits until some were taken. Stops output that a client does not read. */
  readonly portWindowBytes: number;
}

/** The values of {@link ThreadLimits}. */
export const THREAD_LIMITS: ThreadLimits = Object.freeze({
  threads: 1_000,
  answerMs: 250,
  enterTimeoutMs: 5_000,
  portWindowBytes: 262_144,
});

/** What the thread beside the main one takes from clients, on its sockets of its own. */
export interface OutOfBandLimits {
  /** Connections at a time. One more takes the place of the oldest whose client has shown no secret, else of the oldest whose client has ended its side, else: `-ERR`, closed. */
  readonly connections: number;
  /** Milliseconds from the accept to the end of the line that names the protocol. Over it: `-ERR`, closed. */
  readonly helloTimeoutMs: number;
  /** Bytes of a line. Over it: `-ERR`, closed. */
  readonly lineBytes: number;
  /** Requests of one connection that are under way. One more fails. */
  readonly requests: number;
  /** Requests that wait for the main thread, of all connections, gone ones included. Of one more the answer is at once that nothing was stopped. Stops clients that come and go while it is blocked. */
  readonly waiting: number;
  /** Bytes of answers that a client has not read. Over it: closed. */
  readonly unreadBytes: number;
  /** Milliseconds for which a request waits for the main thread, where this has to do it. Over it: the answer is that nothing was stopped. */
  readonly answerMs: number;
  /** Milliseconds between two looks, meanwhile, at whether something now runs that can be stopped without it. */
  readonly retryMs: number;
}

/** The values of {@link OutOfBandLimits}. */
export const OUT_OF_BAND_LIMITS: OutOfBandLimits = Object.freeze({
  connections: 16,
  helloTimeoutMs: 10_000,
  lineBytes: 4_096,
  requests: 16,
  waiting: 256,
  unreadBytes: 65_536,
  answerMs: 5_000,
  retryMs: 5,
});

/** What a watchdog does, holds and gives. */
export interface WatchdogLimits {
  /** Milliseconds from which on the event loop counts as blocked, where `listen` is told nothing else. */
  readonly blockedMs: number;
  /** The same, the least that it may be told. */
  readonly leastBlockedMs: number;
  /** Milliseconds of a rule, the most. */
  readonly mostAfterMs: number;
  /** The main thread's heart beats so often in `blockedMs`, but with no less and no more milliseconds between two beats than the other two. */
  readonly beats: number;
  readonly leastBeatMs: number;
  readonly mostBeatMs: number;
  /** Rules of one listener. One more is an error. */
  readonly rules: number;
  /** Characters of an expression. Over it: refused. */
  readonly evaluateCharacters: number;
  /** Milliseconds that an expression may take, where nothing else is said, and at most. Over it: it is stopped. Stops expressions that never end, which would close the way for all others. */
  readonly evaluateMs: number;
  readonly mostEvaluateMs: number;
  /** Milliseconds after which a thread that has not paused counts as being in a native call. */
  readonly silentMs: number;
  /** Milliseconds from the beginning of a block in which its diagnosis may come. Over it: who asks is told of a native call. */
  readonly nativeMs: number;
  /** Milliseconds for which the end of a native call is awaited, to take the stack behind it. Over it: the event has no stack. */
  readonly patienceMs: number;
  /** Milliseconds for which a report waits for the stack. Over it: it says so, and the stack comes when it is there. */
  readonly stackWaitMs: number;
  /** Characters of a stack as text. The rest is cut. */
  readonly stackCharacters: number;
  /** Milliseconds from the moment at which a rule asked the process to exit to that at which it is killed. */
  readonly exitMs: number;
  /** Milliseconds of a CPU profile, where nothing else is said, and at most. */
  readonly profileMs: number;
  readonly mostProfileMs: number;
  /** Characters of a CPU profile. Over it: an error in its place. */
  readonly profileCharacters: number;
  /** Milliseconds for which what was asked waits for what is under way. Over it: refused. */
  readonly turnMs: number;
  /** Diagnoses and expressions that wait for one that is under way. One more is refused. Stops clients that would have the thread paused all the time. */
  readonly waiting: number;
  /** Megabytes of the thread's heap. Over it: the thread ends, and the watchdog with it, and a process warning says so. */
  readonly heapMegabytes: number;
  /** Audit records and occasions that wait for the main thread, while it is blocked. More are written to the audit file alone. */
  readonly queuedNews: number;
}

/** The values of {@link WatchdogLimits}. */
export const WATCHDOG_LIMITS: WatchdogLimits = Object.freeze({
  blockedMs: 1_000,
  leastBlockedMs: 50,
  mostAfterMs: 86_400_000,
  beats: 4,
  leastBeatMs: 10,
  mostBeatMs: 250,
  rules: 16,
  evaluateCharacters: 4_000,
  evaluateMs: 1_000,
  mostEvaluateMs: 10_000,
  silentMs: 500,
  nativeMs: 3_000,
  patienceMs: 600_000,
  stackWaitMs: 3_000,
  stackCharacters: 12_000,
  exitMs: 5_000,
  profileMs: 5_000,
  mostProfileMs: 60_000,
  profileCharacters: 16_777_216,
  turnMs: 5_000,
  waiting: 8,
  heapMegabytes: 96,
  queuedNews: 256,
});

/** What the right `inspect` may have looked at. */
export interface InspectLimits {
  /** Milliseconds that one expression, and to describe its value, may block the process, where the client says nothing else. Over it: it is stopped. */
  readonly timeoutMs: number;
  /** The same, whatever the client says. */
  readonly maxTimeoutMs: number;
  /** Properties, elements or entries of a value that are described. */
  readonly members: number;
  /** Characters of a String object whose other properties are still looked for: V8 lists its characters with them. Stops strings of millions. */
  readonly listedCharacters: number;
  /** Characters of a string, or of an error's message, that are shown. */
  readonly textCharacters: number;
  /** Characters of a member that are shown. */
  readonly memberCharacters: number;
}

/** The values of {@link InspectLimits}. */
export const INSPECT_LIMITS: InspectLimits = Object.freeze({
  timeoutMs: 1_000,
  maxTimeoutMs: 10_000,
  members: 100,
  listedCharacters: 10_000,
  textCharacters: 10_000,
  memberCharacters: 200,
});

/** A session with another process's inspector; the same for each. */
export interface InspectorLimits {
  /** Bytes of one message, such as a script's source or a profile. Over it: the session ends. Stops a process that sends without end. */
  readonly messageBytes: number;
  /** Pieces of one message. Over it: as above. */
  readonly messagePieces: number;
  /** Bytes of the list of what can be inspected. Over it: no inspector is there. */
  readonly listBytes: number;
  /** Milliseconds that a connection, and the order to close it, may take. */
  readonly connectMs: number;
  /** Milliseconds in which a port must answer to count as an inspector's, where that is not known otherwise. */
  readonly probeMs: number;
  /** Milliseconds until the process, and no other, must have answered. It may be in one native call after another. */
  readonly proofMs: number;
  /** Milliseconds between two looks whether the inspector has opened. */
  readonly lookMs: number;
  /** Milliseconds in which an inspector may still open when whoever asked for it has given up, so that it can be closed. */
  readonly graceMs: number;
  /** Milliseconds that our own few lines may take in the process. */
  readonly ownCodeMs: number;
  /** Milliseconds after which the process closes its inspector, so that our session has ended: Node.js can crash where one is just ending then. */
  readonly closeDelayMs: number;
}

/** The values of {@link InspectorLimits}. */
export const INSPECTOR_LIMITS: InspectorLimits = Object.freeze({
  messageBytes: 268_435_456,
  messagePieces: 65_536,
  listBytes: 65_536,
  connectMs: 1_000,
  probeMs: 300,
  proofMs: 10_000,
  lookMs: 5,
  graceMs: 500,
  ownCodeMs: 1_000,
  closeDelayMs: 200,
});

/** Reading the JavaScript stack of a process out of its memory, which may hold anything; the same for each. Over any of it: its memory does not tell. */
export interface StackLimits {
  /** Bytes of the stack. */
  readonly stackBytes: number;
  /** Calls that are told; those further out are left away. */
  readonly calls: number;
  /** Frames that are looked at, tries included. */
  readonly frames: number;
  /** Pages of 4 KiB of its memory besides. */
  readonly pages: number;
  /** Characters of a name or a path. */
  readonly nameCharacters: number;
  /** Characters of a script, up to where a function begins. Over it: its line is not told. */
  readonly sourceCharacters: number;
  /** Strings that a string is put together from, one within the other. */
  readonly stringDepth: number;
  /** Variables of a function's scope; more makes no sense. */
  readonly scopeVariables: number;
  /** Milliseconds until a process that was stopped must have come to rest. */
  readonly restMs: number;
  /** Times that it is read, where the call returns meanwhile. */
  readonly tries: number;
  /** Looks that must find no call until there is said to be none. */
  readonly emptyLooks: number;
}

/** The values of {@link StackLimits}. */
export const STACK_LIMITS: StackLimits = Object.freeze({
  stackBytes: 8_388_608,
  calls: 500,
  frames: 100_000,
  pages: 4_096,
  nameCharacters: 4_096,
  sourceCharacters: 8_388_608,
  stringDepth: 20,
  scopeVariables: 10_000,
  restMs: 200,
  tries: 3,
  emptyLooks: 3,
});

/** What is read of a program's file, which the process that runs it may have written. Over it: the rest is not there. Stops a file that claims to have any number. */
export interface ElfLimits {
  /** Bytes of a table: Node.js 26 has 9 MB of names. */
  readonly tableBytes: number;
  /** Symbols whose numbers are read, and bytes of the name of one. */
  readonly numbers: number;
  readonly nameBytes: number;
  /** Libraries that may be Node.js's. */
  readonly libraries: number;
}

/** The values of {@link ElfLimits}. */
export const ELF_LIMITS: ElfLimits = Object.freeze({
  tableBytes: 67_108_864,
  numbers: 10_000,
  nameBytes: 256,
  libraries: 4,
});

/** What is told of a process that is watched from outside. */
export interface ActivityLimits {
  /** Looks at its main thread, over the time that it is watched. */
  readonly looks: number;
  /** Threads besides the main one; more are left away. */
  readonly threads: number;
  /** Child processes; more are left away. */
  readonly children: number;
  /** Characters of the command line of one. */
  readonly commandCharacters: number;
}

/** The values of {@link ActivityLimits}. */
export const ACTIVITY_LIMITS: ActivityLimits = Object.freeze({
  looks: 10,
  threads: 256,
  children: 20,
  commandCharacters: 100,
});

/** What `pdm-rescue` waits for. */
export const RESCUE_LIMITS: Readonly<{
  /** Milliseconds from the signal until the inspector must have opened, where the user names no other. Over it: what is seen from outside is said. */
  inspectorMs: number;
  /** Milliseconds for connecting to a watchdog. Over it: the process is looked at from outside. */
  watchdogMs: number;
  /** Milliseconds until the inspector must have closed. Over it: that it will is said. */
  closeMs: number;
}> = Object.freeze({ inspectorMs: 3_000, watchdogMs: 10_000, closeMs: 700 });

/** What attaching to a process waits for; the same for each. */
export interface AttachLimits {
  /** Milliseconds from the signal until the inspector must have opened, where nobody names another time. */
  readonly inspectorMs: number;
  /** Milliseconds in which its event loop must turn once. Over it: nothing is loaded. */
  readonly turnMs: number;
  /** Milliseconds that loading, and then listening, may take. */
  readonly loadMs: number;
  /** Milliseconds until it must have closed its inspector. Over it: the caller is told that it is open. */
  readonly closeMs: number;
  /** Milliseconds in which a socket that a process has must answer. */
  readonly socketMs: number;
  /** Milliseconds that each step of detaching may take. */
  readonly detachMs: number;
  /** Characters of a text of the process's that are shown. Over it: cut off. Against: a process that fills the terminal of whoever attaches. */
  readonly shownCharacters: number;
}

/** The values of {@link AttachLimits}. */
export const ATTACH_LIMITS: AttachLimits = Object.freeze({
  inspectorMs: 3_000,
  turnMs: 2_000,
  loadMs: 10_000,
  closeMs: 2_000,
  socketMs: 2_000,
  detachMs: 5_000,
  shownCharacters: 1_000,
});

/** What a diagnosis takes and shows; the same for each. */
export interface DiagnosisLimits {
  /** Milliseconds in which a thread that runs JavaScript answers. Over it: it counts as being in a native call. */
  readonly answerMs: number;
  /** Milliseconds for which a native call is awaited. Over it: nobody can tell from where it was called. */
  readonly patienceMs: number;
  /** Milliseconds between two looks at an event loop. */
  readonly lookMs: number;
  /** Milliseconds after which an event loop that has not turned counts as stuck. */
  readonly stuckMs: number;
  /** Milliseconds that a pause may take to come about where JavaScript runs, and a statement where it is stepped over. */
  readonly pauseMs: number;
  /** Milliseconds for stepping from Node.js's own code to a function that it calls: some dozen steps, of 40 ms each where TCP waits for an acknowledgement. Over it: none is told. */
  readonly stepMs: number;
  /** Milliseconds for which a thread that is stuck is watched, whether it runs at all. */
  readonly asleepMs: number;
  /** Milliseconds of the CPU profile that tells how much garbage is collected. */
  readonly profileMs: number;
  /** Microseconds between two samples of a profile. */
  readonly profileIntervalUs: number;
  /** Samples of a profile. Under it: nothing is concluded about garbage collection, as where the machine has no time for the thread. */
  readonly leastSamples: number;
  /** Milliseconds that our own few lines may take in a thread. */
  readonly ownCodeMs: number;
  /** Milliseconds that an expression may take where nobody says how many. Stops one without end, which would block the inspector. */
  readonly evaluateMs: number;
  /** Calls of a stack. Over it: the outer ones are left out. */
  readonly frames: number;
  /** Calls whose variables are read: the innermost. */
  readonly framesWithVariables: number;
  /** Variables of a call. Over it: those of outer blocks are left out. */
  readonly variables: number;
  /** Characters of a value. Over it: cut. */
  readonly valueCharacters: number;
  /** Lines of source before and after that of a call. */
  readonly sourceLines: number;
  /** Characters of such a line, which may be a bundle's only one. Over it: cut. */
  readonly sourceLineCharacters: number;
  /** Bytes of a source map. Over it: places are those of the script. */
  readonly sourceMapBytes: number;
}

/** The values of {@link DiagnosisLimits}. */
export const DIAGNOSIS_LIMITS: DiagnosisLimits = Object.freeze({
  answerMs: 2_000,
  patienceMs: 10_000,
  lookMs: 50,
  stuckMs: 1_000,
  pauseMs: 500,
  stepMs: 5_000,
  asleepMs: 200,
  profileMs: 300,
  profileIntervalUs: 1_000,
  leastSamples: 20,
  ownCodeMs: 1_000,
  evaluateMs: 1_000,
  frames: 200,
  framesWithVariables: 20,
  variables: 50,
  valueCharacters: 200,
  sourceLines: 2,
  sourceLineCharacters: 200,
  sourceMapBytes: 33_554_432,
});

/** What a schema may be like, whoever wrote it. */
export interface SchemaLimits {
  /** Schemas within schemas, and containers within constants. Over it: the schema is refused. Stops exhaustion of the stack. */
  readonly depth: number;
  /** Schemas and constants in one schema that a client sends. Over it: the same. Stops checks that take long for each value. */
  readonly clientNodes: number;
  /** Items and entries of a value that such a schema may look at. Over it: the value does not fit. Stops checks of large values that take long. */
  readonly clientSteps: number;
}

/** The values of {@link SchemaLimits}. */
export const SCHEMA_LIMITS: SchemaLimits = Object.freeze({ depth: 64, clientNodes: 128, clientSteps: 20_000 });

/** Objects of which a service is told, while `NODE_ENV` is `development`, that they do not do as they say. Over it: no more is said. */
export const DEVELOPMENT_REPORTS = 100;

/** Characters of a glob over names. Over it: it is refused. Bounds the time that it takes for each name. */
export const GLOB_CHARACTERS = 1_024;

/** Globs with wildcards in one `rpc` request, and the characters of all of them. Over it: it is refused. Bounds the time for each name, too. */
export const REQUEST_GLOBS: Readonly<{ count: number; characters: number }> = Object.freeze({
  count: 32,
  characters: 1_024,
});

/**
 * The defaults with some replaced.
 *
 * @throws PdmError `ERR_PDM_LIMIT` for a name that is no limit and for a value that is no whole number from 1 to 2³¹−1
 * (what Node's timers and buffers can take), naming it.
 */
export function resolveLimits(overrides: Partial<Limits> = {}): Limits {
  return resolve(DEFAULT_LIMITS, overrides);
}

/** The same for a client's limits; throws as {@link resolveLimits} does. */
export function resolveClientLimits(overrides: Partial<ClientLimits> = {}): ClientLimits {
  return resolve(DEFAULT_CLIENT_LIMITS, overrides);
}

function resolve<T extends object>(defaults: T, overrides: Partial<T>): T {
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(defaults, name)) {
      const known = Object.keys(defaults).join(", ");
      throw new PdmError("ERR_PDM_LIMIT", `limits.${name} is not a limit; there are: ${known}`);
    }
    if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > 2_147_483_647) {
      throw new PdmError(
        "ERR_PDM_LIMIT",
        `limits.${name} must be a whole number from 1 to 2147483647, not ${String(value)}`,
      );
    }
  }
  return Object.keys(overrides).length === 0 ? defaults : Object.freeze({ ...defaults, ...overrides });
}
