import { plausibleName } from '../../domain/plausible.js';
import type { ToldSoFar } from '../usage-meter.js';
import { type BodyDecoder, createBodyDecoder } from './body-decoder.js';
import { parseJson } from './json.js';
import { header } from './limits.js';
import { createLineReader } from './ndjson.js';
import type { FinishedCall } from './outcome.js';
import { errorInBody } from './provider-error.js';
import { createSseReader, type SseEvent, type SseReader } from './sse.js';
import type { Answer, AnswerReader, Piece, ProviderError, Wire } from './wire.js';

/** Most bytes read of an error response: its message is at the start. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** How long a connection may stay open after the end of an answer, ms: for its usage, for `[DONE]` alone, and for the words of an error. */
const GRACE_MS = { usage: 2000, nothing: 500, refusal: 5000 };

/** A longer answer in one piece is not parsed before its connection is closed or silent, in characters. */
const MOST_TRIED_CHARS = 2 ** 20;

/** The form of a body, by its start. */
type Form = 'unknown' | 'stream' | 'whole';

/** Reads a response: a stream of events, an answer in one piece, or an error. */
export class Reading {
  private response: FinishedCall['response'] = null;
  private decoder: BodyDecoder = createBodyDecoder(null);
  private events: SseReader | null = null;
  private form: Form = 'unknown';
  /** Text whose form is not known yet, or that is read as a whole. */
  private body = '';
  private bodyBytes = 0;
  /** The answer so far. */
  private text = '';
  private textBytes = 0;
  /** The first half of a character that is split between two chunks. */
  private half = '';
  private firstOutputMs: number | null = null;
  private malformed: FinishedCall['malformed'] = null;
  private streamError: ProviderError | null = null;
  /** The first event that is not JSON: usually a keep-alive, else a message instead of an answer. */
  private stray: string | null = null;
  private sawLastEvent = false;
  private readonly startMs: number;

  constructor(
    private readonly reader: AnswerReader,
    private readonly limits: { streamForm: Wire['streamForm']; maxBytes: number; monotonicMs: () => number },
  ) {
    this.startMs = limits.monotonicMs();
  }

  /** Takes the status and the headers. */
  async open(response: NonNullable<FinishedCall['response']>): Promise<void> {
    this.response = response;
    this.decoder = createBodyDecoder(header(response.headers, 'content-type'));
    if (this.isRefusal()) this.form = 'whole';
    else this.events = this.hasLines() ? createLineReader() : await createSseReader();
  }

  /** Takes a chunk of the body; returns the text that it shows. */
  push(bytes: Uint8Array): string {
    this.bodyBytes += bytes.byteLength;
    return this.take(this.decoder.push(bytes), false);
  }

  /** Whether the rest of the response can be ignored. */
  isDone(): boolean {
    return (
      this.malformed !== null ||
      this.streamError !== null ||
      this.isComplete() ||
      (this.isRefusal() && this.bodyBytes > MAX_REFUSAL_BYTES)
    );
  }

  /** Whether the answer is complete and nothing is to follow. */
  isComplete(): boolean {
    return this.malformed === null && (this.sawLastEvent || this.reader.isOver());
  }

  /** How long to wait for the rest after the answer, ms; `null`: the answer has not ended. */
  graceMs(): number | null {
    if (this.isRefusal()) return this.isWhole() ? GRACE_MS.nothing : GRACE_MS.refusal;
    const { ended, usage } = this.reader.answer();
    if (this.malformed !== null || !(ended || this.isWhole())) return null;
    return usage === null && this.form === 'stream' ? GRACE_MS.usage : GRACE_MS.nothing;
  }

  /** Whether the body so far is one whole JSON value. */
  private isWhole(): boolean {
    if (
      this.form !== 'whole' ||
      this.body.length > MOST_TRIED_CHARS ||
      !/[}\]]\s*$/.test(this.body.slice(-256))
    )
      return false;
    return parseJson(this.body.replace(/^\uFEFF/, '')) !== undefined;
  }

  /** What the provider has reported so far. */
  toldSoFar(): ToldSoFar {
    const { usage, costMicroUsd, ended } = this.reader.answer();
    return { usage, costMicroUsd, isPartial: true, isAnswered: ended };
  }

  /** Ends the reading; returns the remaining text. */
  finish(): string {
    const shown = this.isDone() && !this.isRefusal() ? '' : this.take(this.decoder.end(), true);
    if (this.half === '') return shown;
    this.half = '';
    this.text += LOST;
    return shown + LOST;
  }

  /** Everything that was read, with what is known of the call. */
  finished(of: Pick<FinishedCall, 'wire' | 'task' | 'requestBytes' | 'end' | 'redact'>): FinishedCall {
    return {
      wire: of.wire,
      task: of.task,
      requestBytes: of.requestBytes,
      end: of.end,
      redact: of.redact,
      response: this.response,
      refusal: this.isRefusal() ? errorInBody(this.body) : null,
      answer: plausible(this.reader.answer(), this.streamError),
      text: this.text,
      malformed: this.malformed,
      stray: this.stray,
      oddity: this.decoder.oddity(),
      firstOutputMs: this.firstOutputMs,
    };
  }

  private take(text: string, isLast: boolean): string {
    if (this.form === 'stream') return this.takeEvents(text, isLast);
    this.body += text;
    if (this.form === 'unknown') this.form = this.formOf(this.body.trimStart(), isLast);
    if (this.form === 'stream') return this.takeEvents(this.body, isLast);
    if (!this.isRefusal() && this.bodyBytes > this.limits.maxBytes) this.malformed = this.tooMuch();
    return isLast && this.form === 'whole' ? this.takeWhole() : '';
  }

  /** Some gateways declare one form and send another, so the first characters decide. */
  private formOf(start: string, isLast: boolean): Form {
    if (start === '') return isLast ? 'whole' : 'unknown';
    if (this.hasLines()) return start.startsWith('<') ? 'whole' : 'stream';
    if (/^(data|event|id|retry)?:/.test(start)) return 'stream';
    if (/^[{[<]/.test(start)) return 'whole';
    const isDeclared = /^text\/event-stream\b/i.test(
      header(this.response?.headers ?? {}, 'content-type') ?? '',
    );
    if (start.length < 'event:'.length && !isLast) return 'unknown';
    return isDeclared ? 'stream' : 'whole';
  }

  private takeEvents(text: string, isLast: boolean): string {
    const events = this.events?.push(text) ?? null;
    if (events === null) {
      // Later errors do not invalidate a complete answer.
      if (!this.reader.answer().ended)
        this.malformed = { message: 'sent a single event of more than 16 MiB', hint: null };
      return '';
    }
    let shown = '';
    for (const event of events) shown += this.takeEvent(event);
    if (isLast) for (const event of this.events?.end() ?? []) shown += this.takeEvent(event);
    return shown;
  }

  private takeEvent({ name, data }: SseEvent): string {
    if (this.isDone()) return '';
    if (data.trim() === '[DONE]') {
      this.sawLastEvent = true;
      return '';
    }
    const { ended } = this.reader.answer();
    if (name === 'error' && !ended) {
      this.streamError = errorInBody(data);
      return '';
    }
    const value = parseJson(data);
    if (typeof value === 'object' && value !== null) return this.show(this.reader.event(value));
    const lines = data.split('\n');
    if (lines.length > 1 && lines.every(isWholeEvent))
      return lines.map((line) => this.takeEvent({ name, data: line })).join('');
    if (/^\s*(\{|\[(?!\w+\]))/.test(data) && !ended)
      this.malformed = { message: 'sent an event that is not JSON', hint: null };
    else if (!KEEP_ALIVE.test(data.trim())) this.stray ??= data;
    return '';
  }

  private takeWhole(): string {
    if (this.isRefusal() || this.malformed !== null || this.response === null) return '';
    const text = this.body.replace(/^\uFEFF/, '');
    const body = parseJson(text);
    const events = Array.isArray(body) ? body : linesOf(text);
    if (events !== null) return events.map((event) => this.show(this.reader.event(event))).join('');
    if (typeof body === 'object' && body !== null) return this.show(this.reader.whole(body));
    const what =
      this.body.trim() === '' ? 'an empty answer' : /^\s*</.test(this.body) ? 'a web page' : 'no JSON';
    this.malformed = {
      message: `gave ${what} where an answer was due`,
      hint: 'check `base_url` of the tool',
    };
    return '';
  }

  private show(pieces: readonly Piece[]): string {
    if (pieces.length > 0) this.firstOutputMs ??= this.limits.monotonicMs() - this.startMs;
    let shown = '';
    for (const piece of pieces) if (piece.type === 'text') shown += this.shown(piece.text);
    return shown;
  }

  /** A surrogate pair may be split between two chunks. */
  private shown(piece: string): string {
    if (this.malformed !== null) return '';
    const whole = this.half + piece;
    this.half = isFirstHalf(whole.charCodeAt(whole.length - 1)) ? whole.slice(-1) : '';
    const text = whole.slice(0, whole.length - this.half.length);
    this.textBytes += Buffer.byteLength(text);
    if (this.textBytes > this.limits.maxBytes) {
      this.malformed = this.tooMuch();
      return '';
    }
    this.text += text;
    return text;
  }

  private tooMuch(): FinishedCall['malformed'] {
    const message = `wrote more than an answer may have (${this.limits.maxBytes} bytes)`;
    return { message, hint: 'raise `max_output` of the tool' };
  }

  private hasLines(): boolean {
    return this.limits.streamForm === 'lines';
  }

  private isRefusal(): boolean {
    const status = this.response?.status ?? 200;
    return status < 200 || status > 299;
  }
}

/** Of a character outside of the first 65,536. */
function isFirstHalf(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** The answer with names that can be kept, and an error beside its events. */
function plausible(answer: Answer, streamError: ProviderError | null): Answer {
  const { ended, finishReason, finishWord, refusal, usage, costMicroUsd, paidToolCalls } = answer;
  return {
    ended,
    finishReason,
    finishWord: finishWord === null ? null : (plausibleName(finishWord) ?? '…'),
    refusal,
    usage,
    costMicroUsd,
    responseModel: plausibleName(answer.responseModel),
    id: plausibleName(answer.id),
    sessionId: plausibleName(answer.sessionId),
    serviceTier: plausibleName(answer.serviceTier),
    paidToolCalls,
    error: answer.error ?? streamError,
  };
}

/** The events of a stream that is written as lines of JSON; `null`: it is none. */
function linesOf(text: string): unknown[] | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2 || !lines.every((line) => /^\s*\{.*\}\s*$/.test(line))) return null;
  const values = lines.map(parseJson);
  return values.includes(undefined) ? null : values;
}

/** Some servers end an event with one line feed, so that all that follow seem to be one. */
function isWholeEvent(line: string): boolean {
  return /^\s*(\{.*\}|\[DONE\]|)\s*$/.test(line) && (!line.includes('{') || parseJson(line) !== undefined);
}

/** Replaces half a character whose other half never came. */
const LOST = '\uFFFD';

/** Data that only keeps a connection alive. */
const KEEP_ALIVE = /^(?::.*|null|["[]?(?:ping|pong|heartbeat|keep[ _-]?alive|hb|ok)["\]]?)?$/i;
