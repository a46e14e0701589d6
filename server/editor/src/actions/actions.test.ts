// The actions on the store, with a server that takes everything.

import { beforeEach, expect, test, vi } from "vitest";

import { appliedAll, type Content } from "../graph/content";
import { canonical, drawn, kind, NODES, SOME } from "../graph/samples";
import type { Op } from "../../wire";

const asked: { type: string; ops?: Op[] }[] = [];
const uploads: { name: string; text: Promise<string> }[] = [];
const board = { text: "", refuses: false };

vi.mock("../state/server", () => ({
  server: () => ({
    open: true,
    async ask(request: { type: string; graph: string; revision: number; ops: Op[]; name: string }) {
      asked.push(request);
      if (request.type === "edit") return { type: "edited", graph: request.graph, revision: request.revision + 1, ops: request.ops };
      if (request.type === "describe") return { info: kind(`graph:${request.name}`, {}, { image: "Image" }) };
      return {};
    },
    async upload(_: string, name: string, data: Blob) {
      uploads.push({ name, text: data.text() });
      return { graph: name };
    },
  }),
}));

const store: Record<string, string> = {};
const storage = { getItem: (key: string) => store[key] ?? null, setItem: (key: string, value: string) => (store[key] = value), removeItem: (key: string) => delete store[key] };
vi.stubGlobal("localStorage", storage);
vi.stubGlobal("sessionStorage", storage);
vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {} }));
vi.stubGlobal("navigator", {
  clipboard: {
    async writeText(text: string) {
      if (board.refuses) throw new Error("not allowed");
      board.text = text;
    },
    async readText() {
      if (board.refuses) throw new Error("not allowed");
      return board.text;
    },
  },
});

const { get, set } = await import("../state/store");
const { travel } = await import("../state/documents");
const { fits, link, unlink, relink, disconnect } = await import("./linking");
const { place, spliceInto, candidates, placeable, ranked, search } = await import("./placing");
const { removeSelected } = await import("./deleting");
const { copy, cut, duplicate, duplicateFor, paste, pasteText } = await import("./clipboard");
const { align, distribute, layOut, nudge } = await import("./arranging");
const modes = await import("./modes");
const frames = await import("./frames");
const { makeNode, dissolve } = await import("./grouping");
const selecting = await import("./selecting");

const START = drawn({ photo: "LoadImage", size: "ResizeImage", keep: "ContentLoss", o: "Optimize", save: "SaveImage" }, [
  ["photo.image", "size.image"],
  ["size.image", "o.init"],
  ["keep.objective", "o.objectives"],
  ["o.image", "save.image"],
]);

const content = (): Content => get().docs["g"]!.content;
const steps = (): number => get().docs["g"]!.undo.length;
const troubles = (): string[] => get().notices.filter(({ kind }) => kind === "trouble").map(({ text }) => text);

beforeEach(() => {
  asked.length = uploads.length = 0;
  Object.assign(board, { text: "", refuses: false });
  const doc = {
    name: "g", server: "", revision: 1, base: START, pending: [], recent: [], content: START, saved: true, changed: 0, readOnly: "",
    undo: [], redo: [], run: 0, latest: null, reports: {}, progress: {}, problems: [],
  };
  const info = { source: "library" as const, nodes: 1, modified: 0, cover: false, text: "" };
  set({
    kinds: SOME, docs: { g: doc }, root: "g", path: [], selection: [], marked: [], links: [], notices: [], sockets: {}, described: {},
    graphs: [{ ...info, name: "g" }, { ...info, name: "other one", text: "what it does" }],
  });
});

/** What an action did is one step, and is taken back by one undo. */
function oneStep(what: () => unknown): void {
  const [before, count] = [content(), steps()];
  what();
  expect(steps()).toBe(count + 1);
  const after = content();
  expect(canonical(after)).not.toEqual(canonical(before));
  travel("g", "undo");
  expect(canonical(content())).toEqual(canonical(before));
  travel("g", "redo");
  expect(canonical(content())).toEqual(canonical(after));
}

test("links are drawn, moved and removed, each in one step", () => {
  oneStep(() => expect(link("photo.image", "o.init")).toBe(true));
  expect(content().links.filter(([, end]) => end === "o.init")).toEqual([["photo.image", "o.init"]]);
  oneStep(() => relink(["photo.image", "o.init"], "size.image", "o.init"));
  oneStep(() => unlink("size.image", "o.init"));
  oneStep(() => disconnect("photo.image"));
  expect(disconnect("photo.image")).toBe(false);
});

test("a link that does not fit is refused with a sentence, and nothing changes", () => {
  expect(fits("photo.image", "o.objectives")).toBe("o.objectives takes Objective, but photo.image gives Image");
  expect(link("photo.image", "o.objectives")).toBe(false);
  expect(link("save.text", "photo.file")).toBe(false);
  expect(troubles()).toEqual(["o.objectives takes Objective, but photo.image gives Image", expect.stringContaining("circle")]);
  expect([steps(), content()]).toEqual([0, START]);
});

test("what cannot be changed says why", () => {
  set(({ docs }) => ({ docs: { g: { ...docs["g"]!, readOnly: "a newer Capriccio made it" } } }));
  expect(link("photo.image", "o.init")).toBe(false);
  expect(place("capriccio.LoadImage", [0, 0])).toBeNull();
  expect(troubles()).toEqual(["a newer Capriccio made it"]);
});

test("nodes are placed, selected, linked and led into links, each in one step", () => {
  oneStep(() => expect(place("capriccio.GramLoss", [10, 20])).toBe("gram loss"));
  expect(get().selection).toEqual(["gram loss"]);
  expect(get().said).toBe("gram loss is placed");
  oneStep(() => expect(place("capriccio.TotalVariation", [0, 0], { socket: "o.objectives", gives: false })).toBe("total variation"));
  oneStep(() => place("capriccio.ResizeImage", [0, 0], null, ["photo.image", "size.image"]));
  expect(content().links).toContainEqual(["resize image.image", "size.image"]);
  oneStep(() => place("capriccio.LoadImage", [0, 0], null, null, { file: "pictures/me.png" }));
  expect(content().nodes["load image"]!.params).toEqual({ file: "pictures/me.png" });
  place("capriccio.ImageGrid", [0, 0]);
  oneStep(() => expect(spliceInto("image grid", ["o.image", "save.image"])).toBe(true));
  expect(spliceInto("image grid", ["o.image", "save.image"])).toBe(false);
  expect(place("nobody.Knows", [0, 0])).toBeNull();
  expect(troubles()[0]).toContain("nobody.Knows");
});

test("a graph is asked for before it is placed", async () => {
  expect(place("graph:other one", [0, 0], { socket: "size.image", gives: false })).toBeNull();
  await vi.waitFor(() => expect(get().selection).toEqual(["other one"]));
  expect(content().links).toContainEqual(["other one.image", "size.image"]);
  expect(steps()).toBe(1);
});

test("what can be placed is found", () => {
  expect(placeable()).toHaveLength(NODES.length + 1);
  expect(placeable().at(-1)).toEqual({ kind: "graph:other one", title: "other one", category: "Graphs", doc: "what it does", color: "" });
  expect(candidates({ socket: "photo.image", gives: true })[0]!.id).toBe("capriccio.ResizeImage");
  expect(candidates({ socket: "o.steps", gives: false })[0]!.id).toBe("capriccio.Number");
  expect(ranked("gl", NODES)[0]!.id).toBe("capriccio.GramLoss");
  expect(search("other")[0]!.kind).toBe("graph:other one");
});

test("what is selected is removed in one step, and wires are kept", () => {
  set({ selection: ["size", "gone"], links: ["keep.objective/o.objectives"] });
  oneStep(removeSelected);
  expect(content().links).toEqual([["o.image", "save.image"], ["photo.image", "o.init"]]);
  expect([get().links, removeSelected()]).toEqual([[], false]);
});

test.each([false, true])("copied nodes are pasted, the browser's clipboard refusing: %s", async (refuses) => {
  board.refuses = refuses;
  set({ selection: ["size", "o"] });
  await copy();
  await paste();
  expect(get().selection).toEqual(["size 2", "o 2"]);
  expect(content().layout["size 2"]).toEqual([232, 32]);
  await paste();
  expect(content().layout["size 3"]).toEqual([264, 64]);
  await paste([1000, 1000]);
  expect(steps()).toBe(3);
  set({ selection: ["size"] });
  await cut();
  expect(Object.hasOwn(content().nodes, "size")).toBe(false);
});

test("what is not ours is not pasted", () => {
  expect(pasteText("hello")).toBe(false);
  expect(troubles()).toEqual(["the clipboard holds no nodes; copy some first, or a graph's JSON"]);
  expect(steps()).toBe(0);
});

test("duplicates have the same sources, beside the original or where they are put", () => {
  set({ selection: ["size"] });
  oneStep(() => duplicate());
  expect(content().links).toContainEqual(["photo.image", "size 2.image"]);
  oneStep(() => expect(duplicateFor(["o", "save"], [[1, 2], [3, 4]])).toEqual(["o 2", "save 2"]));
  expect([content().layout["o 2"], content().layout["save 2"]]).toEqual([[1, 2], [3, 4]]);
  expect(content().links).toContainEqual(["o 2.image", "save 2.image"]);
});

test("nodes are put in order in one step", async () => {
  set({ selection: ["photo", "size", "o"] });
  nudge(0, 50);
  nudge(0, 50);
  expect([steps(), content().layout["size"]]).toEqual([1, [200, 100]]);
  set({ selection: ["photo", "save"] });
  oneStep(() => align("bottom"));
  set({ selection: ["photo", "size", "keep"] });
  oneStep(() => distribute("down"));
  expect([align("left"), distribute("across")]).toEqual([true, true]);
  set({ selection: [] });
  expect(align("left")).toBe(false);
  const count = steps();
  expect(await layOut({ photo: { width: 220, height: 300 } })).toBe(true);
  expect(steps()).toBe(count + 1);
});

test("modes go on and off for all", () => {
  set({ selection: ["photo", "size"] });
  oneStep(modes.mute);
  set({ selection: ["photo", "size", "o"] });
  oneStep(modes.mute); // not all were
  oneStep(modes.mute);
  expect(["photo", "size", "o"].map((node) => content().nodes[node]!.mode)).toEqual(["on", "on", "on"]);
  oneStep(modes.bypass);
  oneStep(modes.collapse);
  expect(content().collapsed).toEqual(["photo", "size", "o"]);
});

test("a node is renamed, or a sentence says why not", () => {
  set({ selection: ["o"], sockets: { g: ["o.steps", "size.side"] } });
  oneStep(() => expect(modes.rename("o", " paint ")).toBe(true));
  expect([modes.rename("photo", "size"), modes.rename("photo", "a/b"), modes.rename("photo", " ")]).toEqual([false, false, false]);
  expect(troubles()[0]).toBe("there is a node size already; choose another name");
  expect(get().sockets["g"]).toEqual(["paint.steps", "size.side"]);
});

test("one drag of a slider is one step, the next another", () => {
  for (const value of [1, 2, 3]) modes.setParam("o", "steps", value, false);
  modes.setParam("o", "steps", 4);
  expect(steps()).toBe(1);
  modes.setParam("o", "steps", 5);
  expect(steps()).toBe(2);
  modes.setParam("o", "steps", 5);
  expect(steps()).toBe(2);
  oneStep(() => modes.resetParam("o", "steps"));
  expect(content().nodes["o"]!.params).toEqual({});
});

test("settings are shown as sockets and exposed", () => {
  modes.showSocket("o", "steps");
  modes.showSocket("o", "steps");
  expect(get().sockets["g"]).toEqual(["o.steps"]);
  modes.hideSocket("o", "steps");
  expect(get().sockets["g"]).toEqual([]);
  oneStep(() => modes.expose("o.steps"));
  oneStep(() => modes.expose("o.steps", "how_long"));
  expect(content().exposed).toEqual({ how_long: "o.steps" });
  expect(modes.expose("o.rate", "how_long")).toBe(false);
  expect(modes.expose("o.rate", "how long")).toBe(false);
  oneStep(() => modes.unexpose("how_long"));
});

test("frames and notes are placed, changed, moved and removed", () => {
  set({ selection: ["photo", "size"] });
  oneStep(() => frames.addFrame());
  expect(content().frames[0]).toEqual({ title: "Frame", position: [-24, -60], size: [448, 204] });
  oneStep(() => frames.changeFrame(0, { title: "In" }));
  oneStep(() => frames.addNote([0, -20], "inside"));
  oneStep(() => frames.moveFrame(0, [76, 40]));
  expect([content().layout["photo"], content().layout["size"], content().layout["o"]]).toEqual([[100, 100], [300, 100], START.layout["o"]]);
  expect(content().notes[0]!.position).toEqual([100, 80]);
  oneStep(() => frames.changeNote(0, { text: "more" }));
  set({ selection: [], marked: ["/note/0"] });
  oneStep(removeSelected);
  set({ selection: [], marked: ["/frame/0"] });
  oneStep(removeSelected);
  oneStep(() => frames.addFrame());
});

test("the selection goes along links and in directions", () => {
  expect(selecting.next("right")).toBe("photo");
  expect(selecting.next("forward")).toBe("size");
  expect(selecting.next("right")).toBe("keep");
  expect(selecting.next("down")).toBeNull();
  selecting.selectDownstream();
  expect(get().selection).toEqual(["keep", "o", "save"]);
  selecting.invert();
  expect(get().selection).toEqual(["photo", "size"]);
  set({ selection: ["o"] });
  selecting.selectUpstream();
  expect(get().selection).toEqual(["o", "size", "keep", "photo"]);
  selecting.selectAll();
  expect(get().selection).toHaveLength(5);
  selecting.selectNone();
  expect(get().selection).toEqual([]);
});

test("what has the focus is selected too, or no longer", () => {
  frames.addFrame([0, 0]);
  set({ marked: [] });
  selecting.selectToo("photo");
  selecting.selectToo("/frame/0");
  expect([get().selection, get().marked]).toEqual([["photo"], ["/frame/0"]]);
  selecting.selectToo("photo");
  expect([get().selection, get().marked]).toEqual([[], ["/frame/0"]]);
  selecting.selectToo("size", []);
  expect([get().selection, get().marked]).toEqual([["size"], []]);
});

test("what is marked grows and shrinks, but not to nothing", () => {
  frames.addFrame([0, 0]);
  frames.addNote([500, 0], "here");
  const [{ size: frame }, { size: note }] = [content().frames[0]!, content().notes[0]!];
  set({ marked: ["/frame/0"] });
  expect(frames.resize([20, -40])).toBe(true);
  expect(content().frames[0]!.size).toEqual([frame[0] + 20, frame[1] - 40]);
  expect(content().notes[0]!.size).toEqual(note);
  set({ marked: ["/frame/0", "/note/0"] });
  frames.resize([-9999, -9999]);
  expect([content().frames[0]!.size, content().notes[0]!.size]).toEqual([[120, 80], [120, 40]]);
});

test("a selection becomes a node, and undo brings it back", async () => {
  set({ selection: ["photo", "size"] });
  const before = content();
  await makeNode("part");
  expect(uploads[0]!.name).toBe("part");
  expect(Object.keys((JSON.parse(await uploads[0]!.text) as Content).nodes)).toEqual(["photo", "size", "image"]);
  expect(content().links).toContainEqual(["part.image", "o.init"]);
  expect(get().selection).toEqual(["part"]);
  travel("g", "undo");
  expect(canonical(content())).toEqual(canonical(before));
});

test("a selection that cannot become a node is told why", async () => {
  await expect(makeNode("part")).rejects.toThrow("nothing is selected");
  set({ selection: ["size", "save"] });
  await expect(makeNode("part")).rejects.toThrow("comes back to it at save");
  expect([uploads, steps()]).toEqual([[], 0]);
});

test("a node that is a graph is dissolved in one step", async () => {
  const inner = { ...get().docs["g"]!, name: "inner", content: drawn({ photo: "LoadImage", picture: "GraphOutput" }, [["photo.image", "picture.item"]]) };
  const outer = appliedAll(START, [{ op: "add", node: "i", kind: "graph:inner" }, { op: "unlink", start: "o.image", end: "save.image" }, { op: "link", start: "i.picture", end: "save.image" }]);
  set(({ docs }) => ({ docs: { g: { ...docs["g"]!, content: outer, base: outer }, inner } }));
  expect(await dissolve("i")).toBe(true);
  expect([steps(), get().selection]).toEqual([1, ["photo 2"]]);
  expect(content().links).toContainEqual(["photo 2.image", "save.image"]);
  expect(await dissolve("save")).toBe(false);
});
