import { expect, test } from "vitest";
import { ranked } from "./ranking";

const names = ["wildcat", "tiger cat", "cat", "catamaran", "Persian cat", "dog", "crème brûlée"];
const found = (query: string) => ranked(names, query).map((index) => names[index]);

test("the equal name is first, then beginnings, words and parts", () => {
  expect(found("cat")).toEqual(["cat", "catamaran", "tiger cat", "Persian cat", "wildcat"]);
});

test("every word must be there, in any order", () => {
  expect(found("cat per")).toEqual(["Persian cat"]);
  expect(found("cat dog")).toEqual([]);
});

test("case and accents do not matter", () => {
  expect(found("CREME BRU")).toEqual(["crème brûlée"]);
});

test("nothing typed leaves all as they are", () => {
  expect(found(" ")).toEqual(names);
});
