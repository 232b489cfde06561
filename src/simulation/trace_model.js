"use strict";

// The trace, and what of it is shown. The trace itself never changes.

const trace = readTrace(JSON.parse(document.getElementById("data").textContent));

const view = {
  shown: new Uint8Array(trace.actors.length).fill(1),  // by actor
  hiddenKinds: new Set(),
  rows: [],       // the shown events, by row
  rowOf: null,    // by event: its row, or that of the first one shown after it
  arrowsAt: [],   // by block of rows: the events whose arrows cross it
  notable: [],    // with their rows: failures, faults, nodes
  zoom: 1,
  selected: null,
  hovered: null,
  causes: new Set(),  // of the selected event
};
const BLOCK = 128;
const MOST_PASSING = 500;

function readTrace(data) {
  const nodes = [];
  const actors = data.actors.map(([node, id, name, className], index) => {
    if (!nodes.some((known) => known.name === node)) {
      nodes.push({ name: node, index: nodes.length, actors: [] });
    }
    const actor = { index, id, name, className, count: 0, born: 0, ended: Infinity };
    actor.node = nodes.find((known) => known.name === node);
    actor.node.actors.push(actor);
    return actor;
  });
  const events = data.events.map((event, index) => {
    const [step, time, kind, actor, from, sentStep, sentTime, type, text] = event;
    return {
      index, step, time, kind: data.kinds[kind], text, type: data.types[type],
      actor: actors[actor] ?? null, from: actors[from] ?? null, sentStep, sentTime,
      sentAt: index,  // the event it was sent in, or the one after
      cause: null,
    };
  });
  for (const event of events) link(event, events);
  return { nodes, actors, events, kinds: data.kinds, places: placesOf(events),
    failure: events.findLast((event) => event.kind === "failure") ?? null };
}

/** The first event of this step or a later one. */
function firstOfStep(events, step) {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].step < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Finds what the event comes from, and notes what it says of its actor's life. */
function link(event, events) {
  const { actor, from } = event;
  if (actor) {
    ++actor.count;
    if (event.kind === "spawned" && actor.count === 1) actor.born = event.index;
    actor.ended = event.kind === "ended" ? event.index : Infinity;
  }
  if (from) {
    event.sentAt = Math.min(firstOfStep(events, event.sentStep), event.index);
    for (let i = event.sentAt; i < event.index && events[i].step === event.sentStep; ++i) {
      if (events[i].actor !== from) continue;
      event.sentAt = i;
      event.cause = events[i];
      return;
    }
  }
  // What happens within a step comes from that which the step began with.
  for (let i = firstOfStep(events, event.step); i < event.index; ++i) {
    if (events[i].actor && (!actor || events[i].actor === actor || event.kind === "spawned")) {
      event.cause = events[i];
      return;
    }
  }
}

function causesOf(event) {
  const causes = [];
  for (let cause = event.cause; cause; cause = cause.cause) causes.push(cause);
  return causes;
}

const isShown = (actor) => !actor || view.shown[actor.index] === 1;
const hasArrow = (event) =>
  event.from !== null && event.actor !== null && isShown(event.from) && isShown(event.actor);
const failed = (event) => event.kind === "failure" || event.kind === "failed";
const disturbed = (event) =>
  event.kind === "fault" || (event.kind === "node" && /crash|kill/.test(event.text));
const nameOf = (actor) => (actor ? `${actor.node.name}/${actor.name}` : "nobody");
const titleOf = (event) => (event.kind === "failure" ? "The run has failed"
  : event.type || (event.kind !== "failed" && event.text) || event.kind);

/** After `shown` or `hiddenKinds` have changed. */
function refilter() {
  view.rows = [];
  view.rowOf = new Int32Array(trace.events.length + 1);
  for (const event of trace.events) {
    view.rowOf[event.index] = view.rows.length;
    if (isShown(event.actor) && !view.hiddenKinds.has(event.kind)) view.rows.push(event);
  }
  view.rowOf[trace.events.length] = view.rows.length;
  view.notable = view.rows.map((event, row) => ({ event, row })).filter(({ event }) =>
    failed(event) || disturbed(event) || event.kind === "node");
  view.arrowsAt = Array.from({ length: Math.ceil(view.rows.length / BLOCK) + 1 }, () => []);
  view.rows.forEach((event, row) => {
    if (!hasArrow(event)) return;
    for (let i = Math.floor(view.rowOf[event.sentAt] / BLOCK); i <= row / BLOCK; ++i) {
      view.arrowsAt[i].push(event);
    }
  });
}

/** The events whose arrows touch these rows. Of those that only pass by, some are enough. */
function arrowsWithin(first, last) {
  const found = new Set();
  let passing = 0;
  const end = Math.min(Math.floor(last / BLOCK), view.arrowsAt.length - 1);
  for (let i = Math.max(Math.floor(first / BLOCK), 0); i <= end; ++i) {
    for (const event of view.arrowsAt[i]) {
      const sent = view.rowOf[event.sentAt];
      const handled = view.rowOf[event.index];
      if (sent > last || handled < first || found.has(event)) continue;
      if (sent < first && handled > last && ++passing > MOST_PASSING) continue;
      found.add(event);
    }
  }
  return found;
}

function placesOf(events) {
  let places = 0;
  for (const { time } of events) {
    while (places < 9 && time % 10 ** (9 - places) !== 0) ++places;
  }
  return places;
}
const timeText = (time) => `${(time / 1e9).toFixed(trace.places)} s`;

function durationText(time) {
  for (const [unit, length] of [["s", 1e9], ["ms", 1e6], ["\u00b5s", 1e3]]) {
    if (Math.abs(time) >= length) return `${+(time / length).toPrecision(6)} ${unit}`;
  }
  return `${time} ns`;
}
const countText = (count) => count.toLocaleString("en");
