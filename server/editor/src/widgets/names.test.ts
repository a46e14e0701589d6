import { expect, test } from "vitest";
import { baseOf, folderOf, nameOf, refusal, stemOf } from "./names";

test("an upload is named after its file, with what the server takes", () => {
  expect(nameOf("My cat (2).final.jpeg")).toBe("My cat 2 final");
  expect(nameOf("Würfel_1.png")).toBe("Würfel_1");
  expect(nameOf("--- .png")).toBe("picture");
  expect(nameOf("../../etc/passwd")).not.toMatch(/[./]/);
  expect(nameOf(`${"x".repeat(200)}.png`)).toHaveLength(60);
});

test("a path has a folder, a last part and a stem", () => {
  expect([folderOf("a/b/c.png"), baseOf("a/b/c.png"), stemOf("a/b/c.d.png")]).toEqual(["a/b", "c.png", "c.d"]);
  expect([folderOf("c.png"), stemOf(".hidden")]).toEqual(["", ".hidden"]);
});

test("only pictures that the server takes are sent to it", () => {
  expect(refusal(new File([], "a.webp", { type: "image/webp" }))).toBeNull();
  expect(refusal(new File([], "a.json", { type: "application/json" }))).toContain("a.json is no picture");
});
