// Names of picture files: what the server takes, and what people read.

const LONGEST = 60;

/** A name for an upload out of a file's name: letters, digits, spaces, - and _. */
export function nameOf(file: string): string {
  const stem = file.replace(/\.[^.]*$/, "").normalize("NFC");
  const plain = stem.replace(/[^\p{L}\p{N}_ -]+/gu, " ").replace(/\s+/g, " ").trim();
  return [...plain.replace(/^[- ]+/, "")].slice(0, LONGEST).join("").trim() || "picture";
}

/** The last part of a path. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The last part of a path, without what follows its last dot. */
export function stemOf(path: string): string {
  return baseOf(path).replace(/(?<=.)\.[^.]*$/, "");
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Why a file is no picture that the server takes, or null. */
export function refusal(file: File): string | null {
  if (["image/png", "image/jpeg", "image/webp"].includes(file.type)) return null;
  return `${file.name || "This"} is no picture that can be used here; take a PNG, JPEG or WebP file.`;
}
