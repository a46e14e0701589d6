import { expect, test } from "vitest";

import { NODES, SOME } from "./samples";
import { fitting, found, searchable } from "./search";

const ids = (query: string) => found(query, NODES, searchable).map(({ id }) => id.replace("capriccio.", ""));
const fit = (type: string, gives: boolean, depth = 0) => fitting(SOME.nodes.values(), { type, depth }, gives).map(({ id }) => id.replace("capriccio.", ""));

test("nothing typed finds all, in their order", () => expect(found("", NODES, searchable)).toEqual(NODES));

test.each([
  ["gl", "GramLoss"],
  ["GL", "GramLoss"],
  ["gram", "GramLoss"],
  ["loss gram", "GramLoss"],
  ["gram l", "GramLoss"],
  ["fe", "FeatureExtractor"],
  ["load i", "LoadImage"],
  ["loadimage", "LoadImage"],
  ["number", "Number"],
  ["numbers", "Numbers"],
  ["optim", "Optimize"],
  ["xtract", "FeatureExtractor"],
  ["varia", "TotalVariation"],
  ["capriccio.Pick", "Pick"],
])("%s finds %s first", (query, wanted) => expect(ids(query)[0]).toBe(wanted));

test("the beginning of the name comes before the beginning of a word, that before a part, then the category", () => {
  expect(ids("lo").slice(0, 2)).toEqual(["LoadImage", "LoadNetwork"]);
  expect(ids("lo").slice(2)).toEqual(expect.arrayContaining(["ContentLoss", "GramLoss"]));
  expect(ids("ima").slice(0, 4)).toEqual(["ImageGrid", "ImageFolder", "LoadImage", "SaveImage"]);
  expect(ids("graphs").slice(-2)).toEqual(["GraphInput", "GraphOutput"]);
});

test("every word has to be found", () => expect(ids("gram zebra")).toEqual([]));

test("words of the docs are found last", () => {
  const docs = NODES.map((info) => (info.id === "capriccio.Pick" ? { ...info, doc: "One image of a list." } : info));
  const all = found("image", docs, searchable).map(({ id }) => id);
  expect(all).toContain("capriccio.Pick");
  expect(all.indexOf("capriccio.Pick")).toBeGreaterThan(all.indexOf("capriccio.SaveImage"));
});

test("strange queries find nothing and break nothing", () => {
  for (const query of [".*", "(", "[a", "\\", "$&", "\u0000", "é́", "x".repeat(10_000)]) expect(ids(query).length).toBeLessThan(NODES.length + 1);
  expect(ids("résizé")[0]).toBe("ResizeImage");
});

test("what an output could go to: first inputs first, then settings, then what takes anything", () => {
  const images = fit("Image", true);
  expect(images.slice(0, 4)).toEqual(["ResizeImage", "SaveImage", "FeatureExtractor", "ImageGrid"]);
  expect(images).not.toContain("GramLoss");
  expect(images.indexOf("GraphOutput")).toBeGreaterThan(images.indexOf("Optimize"));
  expect(fit("Number", true)[0]).toBe("ResizeImage");
  expect(fit("Features", true).slice(0, 2)).toEqual(["ContentLoss", "GramLoss"]);
});

test("what an input could come from: what needs nothing first, single values before lists", () => {
  expect(fit("Number", false).slice(0, 2)).toEqual(["Number", "Numbers"]);
  expect(fit("Image", false).slice(0, 2)).toEqual(["LoadImage", "ResizeImage"]);
  expect(fit("Image", false, 1)[0]).toBe("ImageFolder");
  expect(fit("Network", false)).toEqual(expect.arrayContaining(["LoadNetwork", "GraphInput", "Pick"]));
});
