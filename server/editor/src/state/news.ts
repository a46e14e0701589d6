// What the server says of itself, and what becomes of it in the store.

import type { AnyMessage, RunInfo, Welcome } from "../../wire";
import { kindsOf } from "../graph/kinds";
import { heard, regain, taken, update } from "./documents";
import { describeAll, forgetDescriptions } from "./inner";
import { goTo } from "./library";
import { tell, trouble } from "./notices";
import { rewatch } from "./previews";
import { server } from "./server";
import { get, set } from "./store";

/** The connection is there (again): ask for all that may have changed. */
export function welcome({ server: start, page, version, workers }: Welcome): void {
  set((state) => ({
    connection: "open",
    reason: "",
    server: start,
    page: state.page || page,
    stale: !!state.page && state.page !== page,
    version,
    workers,
  }));
  const ask = server();
  void ask.ask({ type: "get_catalogue" }, "catalogue").catch(trouble);
  void ask.ask({ type: "list_graphs" }, "graphs").catch(trouble);
  void ask.ask({ type: "list_pictures" }, "pictures").catch(trouble);
  const results = ask.ask({ type: "list_results" }, "results");
  results.then(({ results, more }) => set({ results, moreResults: more })).catch(trouble);
  void ask.ask({ type: "get_status" }, "status").catch(trouble);
  for (const name of Object.keys(get().docs)) void regain(name).catch(trouble);
  rewatch();
}

export function lost(reason: string): void {
  set({ connection: reason ? "refused" : "lost", reason });
  for (const name of Object.keys(get().docs))
    update(name, ({ pending }) => ({ pending: pending.map((batch) => ({ ...batch, sent: false })) }));
}

export function news(message: AnyMessage): void {
  switch (message.type) {
    case "catalogue":
      return set({ kinds: kindsOf(message), ready: message.ready, failures: message.failures });
    case "graphs":
      set({ graphs: message.graphs });
      return forgetDescriptions();
    case "pictures":
      return set({ pictures: message.pictures.map(({ file }) => file) });
    case "results":
      return; // whoever asked knows which they are
    case "result_kept":
      return set(({ results }) => ({ results: [message.info, ...results] }));
    case "result_deleted":
      return set(({ results }) => ({ results: results.filter(({ result }) => result !== message.result) }));
    case "opened":
      if (message.re === null) taken(message); // somebody has given up the changes
      return describeAll();
    case "edited":
      if (message.re === null) heard(message);
      return;
    case "saved":
      return update(message.graph, ({ revision, pending }) =>
        revision === message.revision && !pending.length ? { saved: true, changed: 0 } : {},
      );
    case "closed":
      return closed(message.graph, message.to);
    case "worker":
      return set(({ workers }) => ({
        workers: [...workers.filter(({ device }) => device !== message.info.device), message.info],
      }));
    case "status":
      return set({ workers: message.workers, queue: message.queue });
    case "queue":
      return set({ queue: message.runs });
    case "run":
      return ran(message.info);
    case "node":
      return update(message.graph, (doc) => ({
        ...(doc.run === message.run ? {} : { run: message.run, progress: {} }),
        reports: { ...(doc.run === message.run ? doc.reports : {}), [message.info.node]: message.info },
      }));
    case "progress":
      return update(message.graph, ({ progress }) => ({ progress: { ...progress, ...message.nodes } }));
    case "tuned":
      return tuned(message.node, message.reached, message.problem);
  }
}

function ran(info: RunInfo): void {
  set(({ queue }) => ({ queue: queue.map((each) => (each.run === info.run ? info : each)) }));
  update(info.graph, ({ latest, problems }) => ({
    latest: latest && latest.run > info.run ? latest : info,
    problems: info.problems.length ? info.problems : info.state === "running" ? [] : problems,
  }));
  if (info.state === "refused" && info.needs.length) set({ dialog: { kind: "allow", run: info } });
  else if (info.state === "refused" || (info.state === "failed" && info.problems.length))
    for (const { text } of info.problems.slice(0, 3)) tell(text, "trouble");
}

function tuned(node: string, reached: string[], problem: string): void {
  if (problem) tell(problem, "trouble");
  else if (reached.length) set({ said: `${node} reached ${reached.join(", ")} while it runs` });
}

function closed(name: string, to: string | null): void {
  const doc = get().docs[name];
  if (!doc) return;
  tell(to ? `${name} is called ${to} now` : `${name} was deleted`);
  const { [name]: _, ...docs } = get().docs;
  set({ docs: to ? { ...docs, [to]: { ...doc, name: to } } : docs });
  if (get().root === name) void goTo(to ?? "");
}
