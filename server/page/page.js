// A plain client: it opens a graph, runs it, and shows the newest preview of every node.
// docs/protocol.md tells what is said. The editor takes its place.

const PROTOCOL = 1;
const PREVIEW = 1;
const at = (id) => document.getElementById(id);
const cards = new Map(); // by node: its figure and what is in it
let socket;
let requests = 0;
let graph;
let run;

function ask(type, facts = {}) {
  socket.send(JSON.stringify({ type, id: ++requests, ...facts }));
}

function connect() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => ask("hello", { token, protocol: PROTOCOL });
  socket.onmessage = ({ data }) =>
    typeof data === "string" ? hear(JSON.parse(data)) : show(data);
  socket.onclose = ({ code, reason }) => {
    at("state").value = "no connection";
    if (code === 1008) trouble(reason);
    else setTimeout(connect, 1000);
  };
}

function hear(message) {
  const known = handlers[message.type];
  if (known) known(message);
}

const handlers = {
  welcome({ workers }) {
    for (const info of workers) handlers.worker({ info });
    if (graph) ask("open_graph", { graph }); // after a lost connection
    ask("list_graphs");
  },
  worker({ info }) {
    at("state").value = `worker on ${info.device} ${info.state}`;
    if (info.text) trouble(`the worker ${info.text}`);
  },
  graphs({ graphs }) {
    const names = graphs.map(({ name }) => new Option(name));
    const chosen = graph ?? at("graphs").value;
    at("graphs").replaceChildren(...names);
    if (graphs.some(({ name }) => name === chosen)) at("graphs").value = chosen;
    open();
  },
  opened({ graph: name, content, nodes, latest, runs }) {
    graph = name;
    run = undefined;
    at("graphs").value = name;
    trouble("");
    cards.clear();
    at("nodes").replaceChildren();
    for (const node of Object.keys(content.nodes)) {
      card(node, content.nodes[node].kind);
      ask("watch", { graph, node });
    }
    for (const info of nodes) report(info);
    for (const info of latest ? [latest, ...runs] : runs) handlers.run({ info });
  },
  edited({ graph: name, ops }) {
    const drawn = ["add", "remove", "rename"];
    if (ops.some(({ op }) => drawn.includes(op))) ask("open_graph", { graph: name });
  },
  closed({ graph: name, to }) {
    if (name !== graph) return;
    graph = to ?? undefined;
    trouble(to ? `${name} is called ${to} now` : `${name} was deleted`);
    if (to) ask("open_graph", { graph: to });
    ask("list_graphs");
  },
  run({ info }) {
    if (info.graph !== graph) return;
    if (run && run.run !== info.run && run.state !== "queued" && info.state === "queued") return;
    run = ["queued", "running", "paused"].includes(info.state) ? info : undefined;
    at("state").value = `run ${info.run} ${info.state}`;
    at("pause").textContent = info.state === "paused" ? "Go on" : "Pause";
    at("pause").disabled = at("cancel").disabled = !run;
    if (info.problems.length) trouble(info.problems.map(({ text }) => text).join("\n"));
    if (info.needs.length) consent(info.needs);
  },
  node({ graph: name, info }) {
    if (name === graph) report(info);
  },
  progress({ graph: name, nodes }) {
    if (name !== graph) return;
    for (const [node, { step, total, measures, items }] of Object.entries(nodes)) {
      if (!cards.has(node)) continue; // it is in a graph that is a node
      const { progress, note } = card(node);
      progress.max = total;
      progress.value = step;
      if (items) {
        note.textContent = counted(items);
        continue;
      }
      const numbers = Object.entries(measures).map(([key, value]) => `${key} ${value?.toPrecision(3)}`);
      note.textContent = [`${step} of ${total}`, ...numbers].join(", ");
    }
  },
  refused({ text }) {
    trouble(text);
  },
};

function counted({ total, done, failed, skipped, on }) {
  const parts = [`${done} of ${total} items`];
  if (failed) parts.push(`${failed} failed`);
  if (skipped) parts.push(`${skipped} skipped`);
  if (on.length) parts.push(`at ${on.map(({ index }) => index.map((at) => at + 1).join(".")).join(", ")}`);
  return parts.join(", ");
}

function report({ node, state, seconds, error, value, items }) {
  if (!cards.has(node)) return; // it is in a graph that is a node
  const { figure, note, progress } = card(node);
  figure.className = state;
  if (state === "done") progress.value = progress.max;
  const took = state === "done" ? `done in ${seconds.toFixed(1)} s` : state;
  const made = [items && counted(items), error || value].filter(Boolean);
  note.textContent = [took, ...made].join(": ");
}

function card(node, kind = "") {
  if (!cards.has(node)) {
    const figure = document.createElement("figure");
    const canvas = document.createElement("canvas");
    const progress = document.createElement("progress");
    const caption = document.createElement("figcaption");
    const note = document.createElement("small");
    canvas.hidden = true;
    progress.value = 0;
    caption.title = kind;
    caption.append(node, note);
    figure.append(canvas, progress, caption);
    at("nodes").append(figure);
    cards.set(node, { figure, canvas, progress, note });
  }
  return cards.get(node);
}

function consent(kinds) {
  const question = `This graph brought nodes that reach files or networks:\n${kinds.join("\n")}\nLet them?`;
  if (!confirm(question)) return;
  ask("allow", { graph, kinds });
  ask("run", { graph });
}

async function show(frame) {
  const head = new DataView(frame);
  if (head.getUint8(0) !== PREVIEW) return;
  const length = head.getUint16(2);
  const facts = JSON.parse(new TextDecoder().decode(new Uint8Array(frame, 4, length)));
  ask("ack", { frames: [[facts.graph, facts.node, facts.sequence]] });
  const picture = await createImageBitmap(new Blob([new Uint8Array(frame, 4 + length)]));
  if (facts.graph !== graph || !cards.has(facts.node)) return;
  const { canvas } = cards.get(facts.node);
  canvas.hidden = false;
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d").drawImage(picture, 0, 0);
}

function open() {
  const name = at("graphs").value;
  if (!name || name === graph) return;
  if (graph) ask("close_graph", { graph });
  ask("open_graph", { graph: name });
}

function trouble(text) {
  at("trouble").textContent = text;
  at("trouble").hidden = !text;
}

at("graphs").onchange = open;
at("run").onclick = () => {
  trouble("");
  ask("run", { graph });
};
at("pause").onclick = () => ask(run.state === "paused" ? "resume" : "pause", { run: run.run });
at("cancel").onclick = () => ask("cancel", { run: run.run });
addEventListener("hashchange", () => location.reload());
connect();
