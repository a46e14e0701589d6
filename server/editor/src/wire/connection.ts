// The websocket: requests and their answers, news, and coming back after it was lost.

import { type AnyMessage, type AnyRequest, CHUNK, KINDS, type Preview, PROTOCOL, type Welcome } from "../../wire";
import { packed, unpacked } from "./frames";

/** How the server refused, in its own words. */
export class Refusal extends Error {
  readonly revision: number | null;
  constructor(text: string, revision: number | null = null) {
    super(text);
    this.revision = revision;
  }
}

/** The connection went before an answer came. */
export class Lost extends Error {}

export interface Listener {
  /** The token was right: open the graphs again. */
  welcome(message: Welcome): void;
  /** What the server says of itself, and its answers too, before who asked hears them. */
  news(message: AnyMessage): void;
  preview(facts: Preview, data: Uint8Array<ArrayBuffer>): void;
  /** The connection is gone; `reason` says why it cannot come back by itself. */
  lost(reason: string): void;
}

interface Waiting {
  resolve(message: AnyMessage): void;
  reject(error: Error): void;
  chunks: Uint8Array<ArrayBuffer>[];
}

type Answer<T extends AnyMessage["type"]> = Extract<AnyMessage, { type: T }>;
/** A request without its number. */
export type Asked = AnyRequest extends infer R ? (R extends AnyRequest ? Omit<R, "id"> : never) : never;

const SOONEST = 250; // ms until the first attempt to come back
const LATEST = 4000;
const FETCHES = 4; // at once; the server refuses more
const POLICY = 1008; // the server wants no more of this client

export class Connection {
  #socket: WebSocket | null = null;
  #listener: Listener;
  #token: string;
  #waiting = new Map<number, Waiting>();
  #requests = 0;
  #delay = SOONEST;
  #timer = 0;
  #uploading: Promise<unknown> = Promise.resolve();
  #fetching = 0;
  #fetchers: (() => void)[] = [];

  constructor(listener: Listener, token: string) {
    this.#listener = listener;
    this.#token = token;
  }

  get open(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Connect, and again whenever the connection is lost. */
  start(token = this.#token): void {
    this.#token = token;
    clearTimeout(this.#timer);
    this.#socket?.close();
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => void this.#greet();
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#hear(data) : this.#take(data as ArrayBuffer));
    socket.onclose = ({ code, reason }) => {
      if (socket === this.#socket) this.#end(code === POLICY ? reason : "");
    };
  }

  /** Try at once to come back. */
  hurry(): void {
    if (!this.open && this.#socket?.readyState !== WebSocket.CONNECTING) this.start();
  }

  /** Send a request and wait for its answer: Refusal with the server's sentence, Lost if none came. */
  ask<T extends AnyMessage["type"]>(request: Asked, _answer: T): Promise<Answer<T>> {
    return this.#ask(request).then(({ message }) => message as Answer<T>);
  }

  /**
   * Get bytes: those that came before the answer. Few at a time; the others wait for their turn, and what was
   * aborted meanwhile is not asked for.
   */
  async fetch(request: Asked, signal?: AbortSignal): Promise<Blob> {
    if (this.#fetching < FETCHES) this.#fetching += 1;
    else await new Promise<void>((go) => this.#fetchers.push(go)); // who is done leaves its place
    try {
      signal?.throwIfAborted();
      return await this.#fetch(request);
    } finally {
      const next = this.#fetchers.shift();
      if (next) next();
      else this.#fetching -= 1;
    }
  }

  async #fetch(request: Asked): Promise<Blob> {
    const { message, chunks } = await this.#ask(request);
    if (message.type !== "fetched") throw new Refusal("the server sent no picture");
    return new Blob(chunks, { type: message.media_type });
  }

  /** Keep a picture or a graph on the server. One after the other, as it takes few at once. */
  upload(kind: "graph" | "picture", name: string, data: Blob): Promise<Answer<"uploaded">> {
    const next = this.#uploading.then(() => this.#upload(kind, name, data));
    this.#uploading = next.catch(() => undefined);
    return next;
  }

  /** Say something that gets no answer. */
  say(request: Asked): void {
    if (this.open) this.#socket!.send(JSON.stringify(request));
  }

  async #greet(): Promise<void> {
    try {
      const welcome = await this.ask({ type: "hello", token: this.#token, protocol: PROTOCOL }, "welcome");
      this.#delay = SOONEST;
      this.#listener.welcome(welcome);
    } catch (error) {
      if (!(error instanceof Lost)) this.#socket?.close();
    }
  }

  #ask(request: Asked): Promise<{ message: AnyMessage; chunks: Uint8Array<ArrayBuffer>[] }> {
    if (!this.open) return Promise.reject(new Lost("there is no connection to the server"));
    const id = ++this.#requests;
    this.#socket!.send(JSON.stringify({ ...request, id }));
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      this.#waiting.set(id, { resolve: (message) => resolve({ message, chunks }), reject, chunks });
    });
  }

  async #upload(kind: "graph" | "picture", name: string, data: Blob): Promise<Answer<"uploaded">> {
    const bytes = new Uint8Array(await data.arrayBuffer());
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const ready = await this.ask({ type: "begin_upload", kind, name, size: bytes.length, sha256 }, "upload_ready");
    for (let offset = 0; offset < bytes.length; offset += CHUNK) {
      const part = bytes.subarray(offset, offset + CHUNK);
      this.#socket!.send(packed("UploadChunk", { upload: ready.upload, offset }, part));
    }
    return this.ask({ type: "end_upload", upload: ready.upload }, "uploaded");
  }

  #hear(data: string): void {
    const message = JSON.parse(data) as AnyMessage;
    this.#listener.news(message);
    const waiting = message.re === null ? undefined : this.#waiting.get(message.re);
    if (!waiting) return;
    this.#waiting.delete(message.re!);
    if (message.type === "refused") waiting.reject(new Refusal(message.text, message.revision));
    else waiting.resolve(message);
  }

  #take(buffer: ArrayBuffer): void {
    const { kind, facts, data } = unpacked(buffer);
    if (kind === KINDS.Preview) this.#listener.preview(facts as Preview, data);
    else if (kind === KINDS.ResultChunk && "re" in facts) this.#waiting.get(facts.re)?.chunks.push(data);
  }

  #end(reason: string): void {
    this.#socket = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Lost("the connection to the server was lost"));
    this.#listener.lost(reason);
    if (reason) return; // a new token may come
    this.#timer = window.setTimeout(() => this.start(), this.#delay);
    this.#delay = Math.min(this.#delay * 1.6, LATEST);
  }
}
