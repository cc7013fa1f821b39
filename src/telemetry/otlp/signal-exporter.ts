import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ISerializer } from '@opentelemetry/otlp-transformer';
import { err, type Result } from '../../domain/result.js';
import { reasonOf } from '../../files.js';
import type { OtlpTransport } from './transport.js';

/** What a collector says when it takes only a part. */
interface Answer {
  partialSuccess?: {
    rejectedSpans?: number | bigint;
    rejectedDataPoints?: number | bigint;
    errorMessage?: string;
  };
}

/** Encodes what the SDK hands over, and sends it. */
export class SignalExporter<Items> {
  readonly #serializer: ISerializer<Items, Answer>;
  readonly #transport: OtlpTransport;
  readonly #ended: (sent: Result<unknown, string>) => void;
  readonly #sending = new Set<Promise<void>>();

  constructor(
    serializer: ISerializer<Items, Answer>,
    transport: OtlpTransport,
    /** Called after each export; the error: why nothing, or not all of it, was taken. */
    ended: (sent: Result<unknown, string>) => void,
  ) {
    this.#serializer = serializer;
    this.#transport = transport;
    this.#ended = ended;
  }

  export(items: Items, done: (result: ExportResult) => void): void {
    const sending = this.#send(items).then((sent) => {
      this.#sending.delete(sending);
      this.#ended(sent);
      done({ code: sent.ok ? ExportResultCode.SUCCESS : ExportResultCode.FAILED });
    });
    this.#sending.add(sending);
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#sending);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    this.#transport.shutdown();
  }

  /** Sends nothing but the frame of an export, to see whether it is accepted. */
  try(nothing: Items): Promise<Result<unknown, string>> {
    return this.#send(nothing);
  }

  /** Never rejects, which would end the process. */
  async #send(items: Items): Promise<Result<unknown, string>> {
    try {
      const data = this.#serializer.serializeRequest(items);
      if (data === undefined) return err('it could not be encoded');
      const sent = await this.#transport.send(data);
      if (!sent.ok) return sent;
      const rejected = this.#rejectedBy(sent.value);
      return rejected === null ? sent : err(rejected);
    } catch (error) {
      return err(reasonOf(error));
    }
  }

  /** Many collectors answer with less than OTLP asks for: what cannot be read rejects nothing. */
  #rejectedBy(body: Uint8Array): string | null {
    if (body.length === 0) return null;
    try {
      const { partialSuccess = {} } = this.#serializer.deserializeResponse(body);
      const rejected = Number(partialSuccess.rejectedSpans ?? partialSuccess.rejectedDataPoints ?? 0);
      return rejected > 0 ? `it rejected ${rejected} of them: ${partialSuccess.errorMessage ?? ''}` : null;
    } catch {
      return null;
    }
  }
}
