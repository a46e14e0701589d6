// For a test that page and server agree on what operations make of graphs: bundled and run by Node,
//   npx vite build --ssr src/graph/agreement.ts --outDir DIR && node DIR/agreement.js < cases.json
// it reads a list of {content, ops} and writes a list of the contents afterwards, or of sentences
// where an operation does not fit. With a number instead it writes so many random cases.

import type { Op } from "../../wire";
import { appliedAll, type Content, contentOf, EMPTY, inverses, Misfit } from "./content";
import { random, randomGraph, randomOp, randomOps } from "./samples";

interface Case {
  content: Partial<Content>;
  ops: Op[];
}

declare const process: { stdin: AsyncIterable<Uint8Array>; stdout: { write(text: string): void } };

function answer({ content, ops }: Case): Content | string {
  try {
    return appliedAll(contentOf(content), ops);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return error.message;
  }
}

/** Operations that fit, those that take them back, and one that may not fit. */
function cases(count: number): Case[] {
  const next = random(count);
  return Array.from({ length: count }, (): Case => {
    const content = next() < 0.2 ? EMPTY : randomGraph(next, 25);
    const { ops, graph } = randomOps(next, content, 8);
    const more = next() < 0.5 ? inverses(content, ops) : [randomOp(next, graph)];
    return { content, ops: [...ops, ...more] };
  });
}

const chunks: Uint8Array[] = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const asked = JSON.parse(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text()) as Case[] | number;
process.stdout.write(JSON.stringify(typeof asked === "number" ? cases(asked) : asked.map(answer)));
