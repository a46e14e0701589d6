// The one connection of this page.

import { Connection, type Listener } from "../wire/connection";

let connection: Connection;

export const server = (): Connection => connection;

const token = (): string => new URLSearchParams(location.hash.slice(1)).get("token") ?? "";

/** Connect. A new token in the address is tried at once, so that nothing of the page is lost. */
export function connect(listener: Listener): void {
  connection = new Connection(listener, token());
  connection.start();
  addEventListener("hashchange", () => connection.start(token()));
  addEventListener("online", () => connection.hurry());
  document.addEventListener("visibilitychange", () => document.hidden || connection.hurry());
}
