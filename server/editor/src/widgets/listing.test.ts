import { expect, test } from "vitest";
import { namesIn, toggled } from "./listing";

const OFFERED = ["conv1", "relu1", "pool1", "conv2"];

test("names are read as the server reads them", () => {
  expect(namesIn(" relu1 ,conv2,, relu1")).toEqual(["relu1", "conv2"]);
  expect(namesIn(" , ")).toEqual([]);
});

test("a name is ticked into its place, and away again", () => {
  expect(toggled("", "relu1", OFFERED)).toBe("relu1");
  expect(toggled("relu1, conv2", "pool1", OFFERED)).toBe("relu1, pool1, conv2");
  expect(toggled("relu1, conv2", "conv1", OFFERED)).toBe("conv1, relu1, conv2");
  expect(toggled("relu1,  conv2", "relu1", OFFERED)).toBe("conv2");
});

test("names that are not offered stay where they are", () => {
  expect(toggled("mine, conv2", "conv1", OFFERED)).toBe("mine, conv1, conv2");
  expect(toggled("mine", "conv1", OFFERED)).toBe("mine, conv1");
});
