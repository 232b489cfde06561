// The filter, the details, the overview, and what the mouse and the keys do.

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** For scripts that look at the page from outside. */
function showState(firstRow) {
  Object.assign(document.body.dataset, {
    actors: layout.columns.length,
    events: view.rows.length,
    zoom: view.zoom.toFixed(3),
    top: view.rows[firstRow]?.index ?? -1,
    selected: view.selected?.index ?? -1,
  });
}

// ---- Filter

function filterChanged() {
  // What is in the middle of the screen stays there.
  const middle = view.rows[Math.min(rowAt(layout.height / 2), view.rows.length - 1)];
  refilter();
  if (view.selected && !view.rows.includes(view.selected)) select(null);
  layOut();
  if (middle) scrollTo(middle);
  for (const box of document.querySelectorAll("#filter-list input")) {
    const members = box.actor ? [box.actor] : box.node.actors;
    const shown = members.filter(isShown).length;
    box.checked = shown > 0;
    box.indeterminate = shown > 0 && shown < members.length;
  }
  $("filter-count").textContent =
    `${countText(layout.columns.length)} of ${countText(trace.actors.length)}`;
  $("event-count").textContent =
    `${countText(view.rows.length)} of ${countText(trace.events.length)}`;
  $("empty").hidden = view.rows.length > 0;
  $("empty").textContent = trace.events.length === 0 ? "Nothing has happened in this run."
    : "The filter hides all events.";
  draw();
}

function show(actors, shown) {
  for (const actor of actors) view.shown[actor.index] = shown ? 1 : 0;
}

/** The actors that the search lets through. */
function soughtActors() {
  const sought = $("filter-search").value.toLowerCase();
  return trace.actors.filter((actor) =>
    `${nameOf(actor)} ${actor.className}`.toLowerCase().includes(sought));
}

function buildFilter() {
  const list = new DocumentFragment();
  const only = (actors) => element("button", { className: "only", textContent: "only",
    onclick: (click) => {
      click.preventDefault();
      show(trace.actors, false);
      show(actors, true);
      filterChanged();
    } });
  const entry = (className, name, tip, actors, count, color) => {
    const box = element("input", { type: "checkbox", checked: true, onchange: () => {
      show(actors, box.checked);
      filterChanged();
    } });
    const label = element("label", { className, title: tip }, box,
      element("span", { className: "name", textContent: name }), only(actors),
      element("span", { className: "count", textContent: countText(count) }));
    label.style.setProperty("--tint", color);
    list.append(label);
    return { box, label };
  };
  for (const node of trace.nodes) {
    const count = node.actors.reduce((sum, actor) => sum + actor.count, 0);
    const made = entry("node", node.name, node.name, node.actors, count, tint(node));
    made.box.node = node;
    node.label = made.label;
    for (const actor of node.actors) {
      const { box, label } = entry("member", actor.name, `${actor.name} (${actor.className})`,
        [actor], actor.count, tint(node));
      box.actor = actor;
      box.id = `actor-${actor.index}`;
      actor.label = label;
    }
  }
  $("filter-list").replaceChildren(list);
}

function buildKinds() {
  const counts = Map.groupBy(trace.events, (event) => event.kind);
  $("kinds").replaceChildren(...trace.kinds.filter((kind) => counts.has(kind)).map((kind) => {
    const box = element("input", { type: "checkbox", id: `kind-${kind}`,
      checked: !view.hiddenKinds.has(kind), onchange: () => {
        if (box.checked) view.hiddenKinds.delete(kind);
        else view.hiddenKinds.add(kind);
        filterChanged();
      } });
    return element("label", { title: `${countText(counts.get(kind).length)} events` }, box,
      element("span", { className: "name", textContent: kind }));
  }));
}

function search() {
  const found = new Set(soughtActors());
  for (const actor of trace.actors) actor.label.hidden = !found.has(actor);
  for (const node of trace.nodes) node.label.hidden = !node.actors.some((a) => found.has(a));
}
$("filter-search").oninput = search;
$("filter-all").onclick = () => { show(soughtActors(), true); filterChanged(); };
$("filter-none").onclick = () => { show(soughtActors(), false); filterChanged(); };

// ---- Details

function detailsOf(event) {
  const tone = failed(event) ? "bad" : disturbed(event) ? "warn"
    : event.kind === "spawned" ? "good" : "";
  const list = element("dl");
  const entry = (name, value, small = "") => list.append(element("dt", { textContent: name }),
    element("dd", {}, value, " ", element("small", { textContent: small })));
  entry("Step", countText(event.step));
  entry("Time", timeText(event.time));
  if (event.actor) {
    entry("Actor", nameOf(event.actor));
    if (event.actor.className) entry("Class", `${event.actor.className}#${event.actor.id}`);
  }
  if (event.from) {
    entry("From", nameOf(event.from));
    entry("Sent", `at step ${countText(event.sentStep)}`, timeText(event.sentTime));
    entry("Latency", durationText(event.time - event.sentTime),
      stepsText(event.step - event.sentStep));
  } else if (event.kind === "message") {
    entry("From", "outside of actors");
  }
  const parts = [element("span", { className: `kind ${tone}`, textContent: event.kind }),
    element("div", { className: "type", textContent: titleOf(event) }), list];
  if (event.text && event.text !== titleOf(event)) {
    parts.push(element("pre", { className: tone === "bad" ? "bad" : "", textContent: event.text }));
  }
  parts.push(...listOf("What led to it", causesOf(event)));
  parts.push(...listOf("What came of it", trace.events.filter((other) => other.cause === event)));
  return parts;
}
const stepsText = (steps) => `${countText(steps)} step${steps === 1 ? "" : "s"}`;

function listOf(title, events) {
  if (events.length === 0) return [];
  const most = 100;
  const list = element("ol");
  for (const event of events.slice(0, most)) {
    list.append(element("li", {}, element("button", { onclick: () => go(event) },
      element("span", { className: "step", textContent: event.step }),
      element("span", { className: "what" }, titleOf(event), " ",
        element("small", { textContent: event.actor ? nameOf(event.actor) : "" })))));
  }
  return [element("h2", {}, title, element("output", { textContent: countText(events.length) })),
    list];
}

function aboutTheRun() {
  const list = element("dl");
  const entry = (name, value) =>
    list.append(element("dt", { textContent: name }), element("dd", { textContent: value }));
  const last = trace.events.at(-1);
  entry("Nodes", countText(trace.nodes.length));
  entry("Actors", countText(trace.actors.length));
  entry("Events", countText(trace.events.length));
  if (last) {
    entry("Steps", countText(last.step));
    entry("Time", durationText(last.time - trace.events[0].time));
  }
  entry("Outcome", trace.failure ? "failed" : "no failure");
  const keys = element("dl", { className: "keys" });
  for (const [key, what] of [["\u2191 \u2193", "previous, next event"], ["\u2190", "what led to it"],
    ["F", "the failure"], ["+ \u2212 0", "zoom, also ctrl and wheel"], ["/", "find"],
    ["Esc", "choose nothing"]]) {
    keys.append(element("dt", {}, element("kbd", { textContent: key })),
      element("dd", { textContent: what }));
  }
  return [element("h2", { textContent: "The run" }),
    element("p", { className: "hint",
      textContent: "Choose an arrow or a mark to see what it is and what led to it." }),
    list, element("h2", { textContent: "Keys" }), keys];
}

function showDetails() {
  const event = view.selected ?? view.hovered;
  $("details").replaceChildren(...(event ? detailsOf(event) : aboutTheRun()));
  $("details").dataset.event = event?.index ?? -1;
}

function select(event) {
  view.selected = event;
  view.causes = new Set(event ? causesOf(event) : []);
  showDetails();
  drawSoon();
}

/** Chooses an event and brings it to the screen, even if the filter hides it. */
function go(event) {
  if (!event) return;
  if (!isShown(event.actor) || view.hiddenKinds.has(event.kind)) {
    if (event.actor) show([event.actor], true);
    view.hiddenKinds.delete(event.kind);
    buildKinds();
    filterChanged();
  }
  select(event);
  const y = topOf(view.rowOf[event.index]);
  const x = event.actor ? xOf(event.actor) : null;
  const off = y < layout.header + 30 || y > layout.height - 60;
  const aside = x !== null && (x < layout.gutter + 40 || x > layout.width - 60);
  if (off || aside) scrollTo(event);
  draw();
}

function scrollTo(event) {
  const center = (layout.height - layout.header) / 2;
  scroller.scrollTop = (view.rowOf[event.index] + 0.5) * layout.rowHeight - center;
  if (!event.actor) return;
  const x = xOf(event.actor);
  if (x > layout.gutter + 40 && x < layout.width - 60) return;
  scroller.scrollLeft = layout.x[event.actor.index] - (layout.width + layout.gutter) / 2;
}

// ---- Overview

const overview = $("overview");

function drawOverview() {
  const ratio = devicePixelRatio;
  const height = overview.clientHeight;
  const width = overview.clientWidth;
  overview.width = Math.round(width * ratio);
  overview.height = Math.round(height * ratio);
  const brush = overview.getContext("2d");
  brush.scale(ratio, ratio);
  brush.fillStyle = colors.panel;
  brush.fillRect(0, 0, width, height);
  const rows = view.rows.length;
  const yAt = (row) => (row / Math.max(rows, 1)) * height;
  for (const { event, row } of view.notable) {
    brush.fillStyle = failed(event) ? colors.bad : disturbed(event) ? colors.warn : colors.dim;
    const thick = event.kind === "failure" ? 4 : 2;
    brush.fillRect(3, Math.min(yAt(row), height - thick), width - 6, thick);
  }
  if (view.selected) {
    brush.fillStyle = colors.accent;
    brush.fillRect(0, yAt(view.rowOf[view.selected.index]) - 1, width, 2);
  }
  const seen = layout.height - layout.header;
  const top = scroller.scrollTop / layout.rowHeight;
  brush.globalAlpha = 0.16;
  brush.fillStyle = colors.text;
  brush.fillRect(0, yAt(top), width, Math.max(yAt(Math.min(seen / layout.rowHeight, rows)), 4));
}

function jump(pointer) {
  const part = pointer.offsetY / overview.clientHeight;
  const seen = layout.height - layout.header;
  scroller.scrollTop = part * view.rows.length * layout.rowHeight - seen / 2;
}
overview.onpointerdown = (pointer) => {
  overview.setPointerCapture(pointer.pointerId);
  jump(pointer);
};
overview.onpointermove = (pointer) => { if (pointer.buttons & 1) jump(pointer); };

// ---- Zoom

function zoomTo(zoom, x = layout.width / 2, y = layout.height / 2) {
  const row = (y - layout.header + scroller.scrollTop) / layout.rowHeight;
  const across = (x - layout.gutter + scroller.scrollLeft) / layout.columnWidth;
  view.zoom = Math.min(Math.max(zoom, 0.05), 4);
  if (Math.abs(view.zoom - 1) < 0.01) view.zoom = 1;
  layOut();
  scroller.scrollTop = row * layout.rowHeight - y + layout.header;
  scroller.scrollLeft = across * layout.columnWidth - x + layout.gutter;
  const percent = Math.round(view.zoom * 100);
  $("zoom-reset").textContent = `${percent}%`;
  draw();
}
function fitAll() {
  const rows = Math.max(view.rows.length, 1);
  zoomTo(Math.min((layout.height - 190) / (28 * rows), 1));
}
$("zoom-in").onclick = () => zoomTo(view.zoom * 1.25);
$("zoom-out").onclick = () => zoomTo(view.zoom / 1.25);
$("zoom-reset").onclick = () => zoomTo(1);
$("zoom-fit").onclick = fitAll;
scroller.addEventListener("wheel", (wheel) => {
  if (!wheel.ctrlKey) return;
  wheel.preventDefault();
  zoomTo(view.zoom * Math.exp(-wheel.deltaY / 400), ...placeOf(wheel));
}, { passive: false });

// ---- Find

function find(direction) {
  const sought = $("find").value.toLowerCase();
  const matches = !sought ? [] : view.rows.filter((event) =>
    `${event.kind} ${event.type} ${event.text}`.toLowerCase().includes(sought));
  let at = -1;
  if (direction !== 0 && matches.length > 0) {
    const from = view.selected?.index ?? -1;
    at = direction > 0 ? matches.findIndex((event) => event.index > from)
      : matches.findLastIndex((event) => event.index < from);
    if (at < 0) at = direction > 0 ? 0 : matches.length - 1;
    go(matches[at]);
  }
  $("found").textContent = !sought ? "" : at < 0 ? countText(matches.length)
    : `${countText(at + 1)} of ${countText(matches.length)}`;
}
$("find").oninput = () => find(0);
$("find").onkeydown = (key) => {
  if (key.key === "Enter") find(key.shiftKey ? -1 : 1);
};

// ---- Mouse and keys

const placeOf = (mouse) => {
  const { left, top } = scroller.getBoundingClientRect();
  return [mouse.clientX - left, mouse.clientY - top];
};

function showTip(title, text, x, y) {
  const tip = $("tip");
  tip.hidden = !title;
  if (!title) return;
  tip.replaceChildren(element("b", { textContent: title }),
    element("div", { className: "dim", textContent: text }));
  tip.style.left = `${Math.min(x + 14, layout.width - tip.offsetWidth - 8)}px`;
  const above = y + tip.offsetHeight + 24 > layout.height;
  tip.style.top = `${above ? y - tip.offsetHeight - 12 : y + 16}px`;
}

function tipOf(event) {
  if (!event.actor) return event.kind;
  if (!event.from) return `${event.kind}, ${nameOf(event.actor)}`;
  return `${nameOf(event.from)} \u2192 ${nameOf(event.actor)}, ` +
    durationText(event.time - event.sentTime);
}

function hover(event) {
  if (event === view.hovered) return;
  view.hovered = event;
  scroller.classList.toggle("pointing", event !== null);
  if (!view.selected) showDetails();
  drawSoon();
}
scroller.onmousemove = (mouse) => {
  const [x, y] = placeOf(mouse);
  const inside = x < layout.width && y < layout.height;
  const event = inside ? eventAt(x, y) : null;
  const actor = inside ? actorAt(x, y) : null;
  if (actor) showTip(nameOf(actor), `${actor.className}#${actor.id}`, x, y);
  else showTip(event && titleOf(event), event && tipOf(event), x, y);
  hover(event);
};
function leave() {
  showTip(null);
  hover(null);
}
scroller.onmouseleave = leave;
scroller.onclick = (mouse) => select(eventAt(...placeOf(mouse)));
scroller.onscroll = () => { leave(); drawSoon(); };

const commands = {
  ArrowDown: () => go(view.rows[view.selected ? view.rowOf[view.selected.index] + 1 : 0]),
  ArrowUp: () => view.selected && go(view.rows[view.rowOf[view.selected.index] - 1]),
  ArrowLeft: () => go(view.selected?.cause),
  f: () => go(trace.failure),
  "+": () => zoomTo(view.zoom * 1.25),
  "=": () => zoomTo(view.zoom * 1.25),
  "-": () => zoomTo(view.zoom / 1.25),
  0: () => zoomTo(1),
  "/": () => $("find").focus(),
  Escape: () => select(null),
};
addEventListener("keydown", (key) => {
  if (key.target.type === "search" || key.ctrlKey || key.metaKey || key.altKey) return;
  const command = commands[key.key];
  if (!command) return;
  key.preventDefault();
  command();
});

// ---- Start

$("title").textContent = document.title;
if (trace.failure) {
  $("failure").hidden = false;
  $("failure").textContent = `Failure: ${trace.failure.text}`;
  $("failure").title = `${trace.failure.text}\n(F)`;
  $("failure").onclick = () => go(trace.failure);
}
function restyle() {
  readColors();
  buildFilter();
  search();
  buildKinds();
  filterChanged();
}
restyle();
showDetails();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
new ResizeObserver(() => { layOut(); draw(); }).observe($("stage"));
document.body.dataset.ready = "true";
