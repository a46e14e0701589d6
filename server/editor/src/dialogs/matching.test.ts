import { expect, test } from "vitest";

import { best, fit } from "./matching";

test("a text fits by words in any order, by their beginnings, and by first letters", () => {
  expect(fit("Save as…", "as save")).not.toBeNull();
  expect(fit("Gram loss", "gl")).not.toBeNull();
  expect(fit("Gram loss", "gra lo")).not.toBeNull();
  expect(fit("Add Gram loss", "add gl")).not.toBeNull();
  expect(fit("Gram loss", "optimize")).toBeNull();
});

test("case and accents do not count", () => {
  expect(fit("Café", "CAFE")).toBe(0);
});

test("the whole text comes first, then its beginning, then words, then first letters", () => {
  const texts = ["Open lake", "Lake", "go to lake", "lakeside", "Leave a keen editor"];
  expect(best(texts, "lake", (text) => [text])).toEqual(["Lake", "lakeside", "Open lake", "go to lake", "Leave a keen editor"]);
});

test("a name counts more than what is said of it", () => {
  const graphs = [
    { name: "shore", text: "a lake" },
    { name: "old lake", text: "" },
  ];
  expect(best(graphs, "lake", ({ name, text }) => [name, text]).map(({ name }) => name)).toEqual(["old lake", "shore"]);
});
