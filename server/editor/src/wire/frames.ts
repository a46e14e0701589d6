// Binary frames: kind, version and the metadata's length, then the metadata, then bytes.

import { KINDS, type Metadata } from "../../wire";

const HEAD = 4;
const VERSION = 1;
const text = new TextDecoder();

export interface Frame {
  kind: number;
  facts: Metadata;
  data: Uint8Array<ArrayBuffer>;
}

export function unpacked(buffer: ArrayBuffer): Frame {
  const head = new DataView(buffer);
  const length = head.getUint16(2);
  const facts = JSON.parse(text.decode(new Uint8Array(buffer, HEAD, length))) as Metadata;
  return { kind: head.getUint8(0), facts, data: new Uint8Array(buffer, HEAD + length) };
}

export function packed(kind: keyof typeof KINDS, facts: Metadata, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const told = new TextEncoder().encode(JSON.stringify(facts));
  const frame = new Uint8Array(HEAD + told.length + data.length);
  const head = new DataView(frame.buffer);
  head.setUint8(0, KINDS[kind]);
  head.setUint8(1, VERSION);
  head.setUint16(2, told.length);
  frame.set(told, HEAD);
  frame.set(data, HEAD + told.length);
  return frame;
}
