// The diagram: a column an actor, a row an event. Only what is on the screen is drawn.

const $ = (id) => document.getElementById(id);
const canvas = $("diagram");
const scroller = $("scroller");
const pen = canvas.getContext("2d");

const MAX_HEIGHT = 12e6;  // browsers lose count of pixels beyond
const NODE_GAP = 22;
const MARGIN = 60;  // for what is written beside the last column
const FONT = getComputedStyle(document.body).fontFamily;
const layout = { columns: [], x: [], bands: [], columnWidth: 0, rowHeight: 0, header: 0, gutter: 0,
  width: 0, height: 0, hits: [] };
let colors = {};

function readColors() {
  const style = getComputedStyle(document.documentElement);
  const names = ["ground", "panel", "raised", "text", "dim", "line", "life", "accent", "good", "bad",
    "bad-ground", "alarm", "on-alarm", "warn", "warn-ground", "node-saturation", "node-lightness"];
  colors = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
}
function tint(node, alpha = 1) {
  const hues = [217, 168, 282, 32, 195, 322, 96, 248];
  const hue = hues[node.index % hues.length];
  return `hsl(${hue} ${colors["node-saturation"]} ${colors["node-lightness"]} / ${alpha})`;
}

/** After the window, the filter or the zoom has changed. */
function layOut() {
  layout.width = scroller.clientWidth;
  layout.height = scroller.clientHeight;
  layout.columns = trace.nodes.flatMap((node) => node.actors.filter(isShown));
  pen.font = `12px ${FONT}`;
  const last = trace.events.at(-1);
  const timeWidth = pen.measureText(timeText(last ? last.time : 0)).width;
  layout.steps = pen.measureText(String(last ? last.step : 0)).width + 26;
  layout.gutter = Math.ceil(layout.steps + timeWidth + 26);

  const gaps = NODE_GAP * trace.nodes.length + MARGIN;
  const room = (layout.width - layout.gutter - gaps) / Math.max(layout.columns.length, 1);
  const natural = Math.min(Math.max(room, 74), 230);
  layout.columnWidth = Math.min(Math.max(natural * view.zoom, Math.min(natural, room), 14), 420);
  layout.turned = layout.columnWidth < 62;
  layout.header = layout.turned ? 148 : 64;
  layout.rowHeight = Math.min(Math.max(28 * view.zoom, 1.5), MAX_HEIGHT / (view.rows.length + 1));

  layout.x = new Float64Array(trace.actors.length);
  layout.bands = [];
  let x = layout.gutter;
  for (const node of trace.nodes) {
    const members = node.actors.filter(isShown);
    if (members.length === 0) continue;
    x += NODE_GAP / 2;
    layout.bands.push({ node, from: x, to: x + members.length * layout.columnWidth });
    for (const actor of members) {
      layout.x[actor.index] = x + layout.columnWidth / 2;
      x += layout.columnWidth;
    }
    x += NODE_GAP / 2;
  }
  $("extent").style.width = `${Math.floor(x + MARGIN)}px`;
  const rowsHeight = view.rows.length * layout.rowHeight;
  $("extent").style.height = `${Math.ceil(layout.header + rowsHeight + 40)}px`;

  const ratio = devicePixelRatio;
  canvas.width = Math.round(layout.width * ratio);
  canvas.height = Math.round(layout.height * ratio);
  canvas.style.width = `${layout.width}px`;
  canvas.style.height = `${layout.height}px`;
}

const xOf = (actor) => Math.round(layout.x[actor.index] - scroller.scrollLeft) + 0.5;
const labelled = () => layout.rowHeight >= 17;
const topOf = (row) => layout.header + row * layout.rowHeight - scroller.scrollTop;
const yOf = (row) => topOf(row) + layout.rowHeight * (labelled() ? 0.68 : 0.5);
const rowAt = (y) => Math.floor((y - layout.header + scroller.scrollTop) / layout.rowHeight);

function visibleRows() {
  const first = Math.max(rowAt(layout.header), 0);
  return [first, Math.min(rowAt(layout.height), view.rows.length - 1)];
}

/** The way of an event's arrow, from its sending to its handling. */
function curveOf(event) {
  const to = { x: xOf(event.actor), y: yOf(view.rowOf[event.index]) };
  const from = { x: xOf(event.from), y: yOf(view.rowOf[event.sentAt]) };
  if (event.actor === event.from) {
    const reach = Math.min(layout.columnWidth * 0.34, 34);
    return { from, to, direction: -1, bends: [from.x + reach, to.x + reach] };
  }
  const direction = to.x > from.x ? 1 : -1;
  // Flat where it arrives: its label is there.
  const across = to.x - from.x;
  return { from, to, direction, bends: [from.x + across * 0.18, to.x - across * 0.82] };
}
function pointOn({ from, to, bends }, t) {
  const s = 1 - t;
  const mix = (a, b, c, d) => s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
  return [mix(from.x, bends[0], bends[1], to.x), mix(from.y, from.y, to.y, to.y)];
}

const fitted = new Map();
/** The text, cut to this width: at its end, or in the middle, as names often end in numbers. */
function fit(text, width, inTheMiddle = false) {
  const key = `${Math.floor(width)} ${inTheMiddle} ${pen.font} ${text}`;
  let cut = fitted.get(key);
  if (cut !== undefined) return cut;
  cut = text;
  const shorten = (length) => {
    const tail = inTheMiddle ? Math.floor(length / 2) : 0;
    return `${text.slice(0, length - tail)}\u2026${text.slice(text.length - tail)}`;
  };
  if (pen.measureText(text).width > width) {
    let low = 0;
    let high = Math.min(text.length, Math.floor(width));
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (pen.measureText(shorten(middle)).width <= width) low = middle;
      else high = middle - 1;
    }
    cut = low > 0 ? shorten(low) : "";
  }
  if (fitted.size > 5000) fitted.clear();
  fitted.set(key, cut);
  return cut;
}

function line(x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

function draw() {
  const ratio = devicePixelRatio;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.globalAlpha = 1;
  pen.fillStyle = colors.ground;
  pen.fillRect(0, 0, layout.width, layout.height);
  pen.font = `12px ${FONT}`;
  layout.hits = [];

  const [first, last] = visibleRows();
  drawNodes();
  for (let row = first; row <= last; ++row) drawRow(row);
  drawLifelines(first, last);
  const arrows = arrowsWithin(first, last);
  for (const event of arrows) drawArrow(event, first, last);
  for (let row = first; row <= last; ++row) {
    drawMark(view.rows[row], row);
    drawLabel(view.rows[row], row);
  }
  drawGutter(first, last);
  drawHeader();
  layout.arrows = arrows;
  drawOverview();
  showState(first);
}

function drawNodes() {
  for (const { node, from, to } of layout.bands) {
    pen.fillStyle = tint(node, 0.045);
    pen.fillRect(from - scroller.scrollLeft, 0, to - from, layout.height);
  }
}

/** What lies behind a row: a line where time has passed, the ground of what concerns all. */
function drawRow(row) {
  const event = view.rows[row];
  const top = topOf(row);
  if (row > 0 && view.rows[row - 1].time !== event.time && layout.rowHeight >= 8) {
    pen.strokeStyle = colors.line;
    pen.lineWidth = 1;
    line(layout.gutter, Math.round(top) + 0.5, layout.width, Math.round(top) + 0.5);
  }
  const ground = failed(event) || event === trace.failure?.cause ? colors["bad-ground"]
    : event.actor ? null : disturbed(event) ? colors["warn-ground"] : colors.raised;
  const height = Math.max(layout.rowHeight, 2);
  if (ground && (labelled() || ground !== colors.raised)) {
    pen.fillStyle = ground;
    pen.fillRect(layout.gutter, top, layout.width, height);
  }
  if ((event === view.selected || event === view.hovered) && !failed(event)) {
    pen.globalAlpha = event === view.selected ? 0.14 : 0.07;
    pen.fillStyle = colors.accent;
    pen.fillRect(0, top, layout.width, height);
    pen.globalAlpha = 1;
  }
}

function drawLifelines(first, last) {
  pen.lineWidth = 1;
  const bottom = topOf(last + 1);
  for (const actor of layout.columns) {
    const x = xOf(actor);
    if (x < layout.gutter - layout.columnWidth || x > layout.width + layout.columnWidth) continue;
    const born = yOf(view.rowOf[actor.born]);
    const ended = actor.ended === Infinity ? bottom : yOf(view.rowOf[actor.ended]);
    const top = Math.max(born, 0);
    const end = Math.min(ended, bottom);
    pen.strokeStyle = colors.life;
    if (end > top) line(x, top, x, end);
    pen.strokeStyle = colors.line;
    pen.setLineDash([2, 4]);
    if (born > 0) line(x, 0, x, Math.min(born, bottom));
    if (ended < bottom) line(x, Math.max(ended, 0), x, bottom);
    pen.setLineDash([]);
  }
}

/** Beside a chosen event and what it comes from, all else steps back. */
function alphaOf(event) {
  if (!view.selected || view.causes.size === 0) return 1;
  return event === view.selected || view.causes.has(event) ? 1 : 0.42;
}

function drawArrow(event, first, last) {
  const curve = curveOf(event);
  const { from, to, direction, bends } = curve;
  const emphasized = event === view.selected || event === view.hovered || view.causes.has(event);
  const color = event.kind === "failed" ? colors.bad : tint(event.from.node);
  const passes = view.rowOf[event.sentAt] < first && view.rowOf[event.index] > last;
  pen.globalAlpha = alphaOf(event) * (passes && !emphasized ? 0.22 : labelled() ? 1 : 0.8);
  pen.strokeStyle = pen.fillStyle = color;
  pen.lineWidth = emphasized ? 2.5 : layout.rowHeight < 8 ? 0.8 : 1.3;
  if (event.kind !== "message") pen.setLineDash([5, 4]);
  const end = to.x - direction * 5;
  pen.beginPath();
  pen.moveTo(from.x, from.y);
  pen.bezierCurveTo(bends[0], from.y, bends[1], to.y, end, to.y);
  pen.stroke();
  pen.setLineDash([]);
  if (layout.rowHeight >= 5) {
    const size = Math.min(8, layout.rowHeight * 0.5);
    pen.beginPath();
    pen.moveTo(end + direction, to.y);
    pen.lineTo(end - direction * size, to.y - size * 0.5);
    pen.lineTo(end - direction * size, to.y + size * 0.5);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

const marks = {
  message: { color: () => colors.dim, draw: (x, y, r) => pen.arc(x, y, r * 0.62, 0, 7) },
  signal: { color: () => colors.dim, hollow: true, draw: (x, y, r) => pen.arc(x, y, r * 0.66, 0, 7) },
  hook: { color: () => colors.dim, hollow: true, draw: (x, y, r) => box(x, y, r * 0.62) },
  timer: { color: () => colors.warn, hollow: true, draw: clock },
  frame: { color: () => colors.dim, draw: (x, y, r) => box(x, y, r * 0.62) },
  work: { color: () => colors.accent, draw: (x, y, r) => diamond(x, y, r * 0.85) },
  spawned: { color: () => colors.good, hollow: true, draw: plus },
  failed: { color: () => colors.bad, draw: (x, y, r) => { pen.arc(x, y, r * 1.15, 0, 7); } },
  ended: { color: () => colors.dim, hollow: true, draw: cross },
  fault: { color: () => colors.warn, draw: triangle },
  node: { color: () => colors.dim, draw: (x, y, r) => diamond(x, y, r * 0.9) },
  failure: { color: () => colors.bad, draw: (x, y, r) => diamond(x, y, r) },
};
function box(x, y, r) { pen.rect(x - r, y - r, 2 * r, 2 * r); }
function diamond(x, y, r) {
  pen.moveTo(x, y - r); pen.lineTo(x + r, y); pen.lineTo(x, y + r); pen.lineTo(x - r, y);
  pen.closePath();
}
function triangle(x, y, r) {
  pen.moveTo(x, y - r); pen.lineTo(x + r, y + r * 0.8); pen.lineTo(x - r, y + r * 0.8);
  pen.closePath();
}
function clock(x, y, r) {
  pen.arc(x, y, r, 0, 7);
  pen.moveTo(x, y - r * 0.6); pen.lineTo(x, y); pen.lineTo(x + r * 0.5, y);
}
function plus(x, y, r) {
  pen.arc(x, y, r, 0, 7);
  pen.moveTo(x - r * 0.5, y); pen.lineTo(x + r * 0.5, y);
  pen.moveTo(x, y - r * 0.5); pen.lineTo(x, y + r * 0.5);
}
function cross(x, y, r) {
  pen.moveTo(x - r * 0.8, y - r * 0.8); pen.lineTo(x + r * 0.8, y + r * 0.8);
  pen.moveTo(x + r * 0.8, y - r * 0.8); pen.lineTo(x - r * 0.8, y + r * 0.8);
}

function paintMark(kind, x, y, radius, color) {
  const mark = marks[kind];
  pen.strokeStyle = pen.fillStyle = color ?? mark.color();
  pen.lineWidth = 1.6;
  pen.beginPath();
  mark.draw(x, y, radius);
  if (mark.hollow) {
    const path = pen.strokeStyle;
    pen.fillStyle = colors.ground;
    if (kind !== "ended") pen.fill();
    pen.strokeStyle = path;
    pen.stroke();
  } else {
    pen.fill();
  }
  if (kind === "failed") {
    pen.strokeStyle = colors.ground;
    pen.beginPath();
    cross(x, y, radius * 0.62);
    pen.stroke();
  }
}

const bandX = () => layout.gutter + 16;

function drawMark(event, row) {
  const radius = Math.min(6, layout.rowHeight * 0.42);
  if (radius < 0.9 && !failed(event)) return;
  const y = event.actor ? yOf(row) : topOf(row) + layout.rowHeight / 2;
  const x = event.actor ? xOf(event.actor) : bandX();
  if (event.kind === "failure") {
    pen.fillStyle = colors.alarm;
    pen.fillRect(layout.gutter, topOf(row), layout.width, Math.max(layout.rowHeight, 3));
    if (labelled()) paintMark("failure", x, y, radius, colors["on-alarm"]);
    return;
  }
  pen.globalAlpha = alphaOf(event);
  const sender = event.from ?? event.actor;
  const plain = event.kind === "message" || event.kind === "signal";
  paintMark(event.kind, x, y, radius, plain && sender ? tint(sender.node) : undefined);
  if (event === view.selected || event === trace.failure?.cause) {
    pen.strokeStyle = event === view.selected ? colors.accent : colors.bad;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, radius + 4, 0, 7);
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

function labelOf(event) {
  if (event.kind === "failure") return `Failure: ${event.text}`;
  if (!event.actor) return [event.type, event.text || event.kind].filter(Boolean).join(": ");
  if (event.kind === "failed") return `failed: ${event.text}`;
  if (event.kind === "message" || event.kind === "signal") return event.type || event.kind;
  return event.type || event.text || event.kind;
}

function drawLabel(event, row) {
  if (!labelled()) return;
  let x;
  let y = topOf(row) + layout.rowHeight / 2;
  let room = Math.max(layout.columnWidth - 30, 110);
  pen.font = `${failed(event) ? "600 " : ""}12px ${FONT}`;
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  if (!event.actor) {
    x = bandX() + 14;
    room = layout.width - x - 10;
  } else if (hasArrow(event)) {
    const { from, to, direction } = curveOf(event);
    room = Math.max(Math.abs(to.x - from.x) - 24, 110);
    x = xOf(event.actor) - direction * 13;
    y = yOf(row) - 9;
    if (direction > 0) pen.textAlign = "right";
  } else {
    x = xOf(event.actor) + 13;
    y = yOf(row);
    room = failed(event) ? layout.width - x - 10 : Math.min(room, layout.width - x - 4);
    if (failed(event) && x > (layout.width + layout.gutter) / 2) {
      pen.textAlign = "right";
      x -= 26;
      room = x - layout.gutter - 10;
    }
  }
  if (room < 14) return;
  const text = fit(labelOf(event).replaceAll("\n", " "), room);
  const width = pen.measureText(text).width;
  const left = pen.textAlign === "right" ? x - width : x;
  layout.hits.push({ event, left, right: left + width, top: y - 8, bottom: y + 8 });
  pen.globalAlpha = alphaOf(event);
  if (event.kind !== "failure") {
    pen.strokeStyle = event.kind === "failed" ? colors["bad-ground"] : colors.ground;
    pen.lineWidth = 3.5;
    pen.lineJoin = "round";
    if (event.actor) pen.strokeText(text, x, y);
  }
  pen.fillStyle = event.kind === "failure" ? colors["on-alarm"] : event.kind === "failed" ? colors.bad
    : disturbed(event) ? colors.warn
    : event.kind === "message" || event.kind === "signal" ? colors.text : colors.dim;
  pen.fillText(text, x, y);
  pen.globalAlpha = 1;
}

function drawGutter(first, last) {
  pen.font = `12px ${FONT}`;
  pen.fillStyle = colors.panel;
  pen.fillRect(0, 0, layout.gutter, layout.height);
  pen.strokeStyle = colors.line;
  pen.lineWidth = 1;
  line(layout.gutter - 0.5, 0, layout.gutter - 0.5, layout.height);
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  const every = Math.ceil(16 / layout.rowHeight);
  let time = null;
  for (let row = first - (first % every); row <= last; row += every) {
    const event = view.rows[row];
    const y = topOf(row) + layout.rowHeight / 2;
    const marked = event === view.selected || event === view.hovered;
    if (marked) {
      pen.globalAlpha = event === view.selected ? 0.16 : 0.08;
      pen.fillStyle = colors.accent;
      pen.fillRect(0, topOf(row), layout.gutter - 1, Math.max(layout.rowHeight, 2));
      pen.globalAlpha = 1;
    }
    const bad = failed(event);
    pen.fillStyle = bad ? colors.bad : colors.dim;
    pen.fillText(event.step, layout.steps - 8, y);
    if (event.time !== time || marked) {
      pen.fillStyle = bad ? colors.bad : colors.text;
      pen.fillText(timeText(event.time), layout.gutter - 12, y);
    }
    time = event.time;
  }
}

function drawHeader() {
  const { header, columnWidth } = layout;
  pen.fillStyle = colors.panel;
  pen.fillRect(0, 0, layout.width, header);
  pen.save();
  pen.beginPath();
  pen.rect(layout.gutter, 0, layout.width, header);
  pen.clip();
  for (const { node, from, to } of layout.bands) {
    const left = from - scroller.scrollLeft;
    const right = to - scroller.scrollLeft;
    pen.fillStyle = tint(node, 0.13);
    pen.fillRect(left, 0, right - left, 24);
    pen.fillStyle = tint(node, 0.05);
    pen.fillRect(left, 24, right - left, header - 24);
    pen.fillStyle = tint(node);
    pen.fillRect(left, 0, right - left, 2);
    const seen = Math.max(left, layout.gutter);
    pen.font = `600 12px ${FONT}`;
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.fillText(fit(node.name, right - seen - 12), seen + 8, 13);
  }
  for (const actor of layout.columns) {
    const x = xOf(actor);
    if (x < layout.gutter - columnWidth || x > layout.width + columnWidth) continue;
    pen.fillStyle = actor.ended === Infinity ? colors.text : colors.dim;
    pen.font = `600 12px ${FONT}`;
    if (layout.turned) {
      pen.save();
      pen.translate(x, header - 10);
      pen.rotate(-Math.PI / 2);
      pen.textAlign = "left";
      pen.fillText(fit(actor.name, header - 42, true), 0, 0);
      pen.restore();
      continue;
    }
    pen.textAlign = "center";
    const classNamed = actor.className && !actor.name.startsWith(actor.className);
    pen.fillText(fit(actor.name, columnWidth - 4, true), x, classNamed ? 37 : 44);
    if (!classNamed) continue;
    pen.font = `11px ${FONT}`;
    pen.fillStyle = colors.dim;
    pen.fillText(fit(actor.className, columnWidth - 10), x, 52);
  }
  pen.restore();
  pen.font = `11px ${FONT}`;
  pen.fillStyle = colors.dim;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.fillText("step", layout.steps - 8, header - 13);
  pen.fillText("time", layout.gutter - 12, header - 13);
  pen.strokeStyle = colors.line;
  pen.lineWidth = 1;
  line(0, header - 0.5, layout.width, header - 0.5);
}

/** The event whose mark, label or arrow is at this place of the canvas. */
function eventAt(x, y) {
  if (y < layout.header) return null;
  const row = rowAt(y);
  for (const near of [row, row - 1, row + 1]) {
    const event = view.rows[near];
    if (!event) continue;
    const left = event.actor ? xOf(event.actor) : bandX();
    if (Math.hypot(x - left, y - yOf(near)) < 9) return event;
  }
  if (x < layout.gutter || (view.rows[row] && !view.rows[row].actor)) return view.rows[row] ?? null;
  for (const { event, left, right, top, bottom } of layout.hits) {
    if (x >= left && x <= right && y >= top && y <= bottom) return event;
  }
  let nearest = null;
  let distance = 6;
  for (const event of layout.arrows ?? []) {
    const curve = curveOf(event);
    if (y < Math.min(curve.from.y, curve.to.y) - 6 || y > Math.max(curve.from.y, curve.to.y) + 6) {
      continue;
    }
    for (let i = 0, before = pointOn(curve, 0); i < 16; ++i) {
      const point = pointOn(curve, (i + 1) / 16);
      const away = distanceTo(x, y, before, point);
      if (away < distance) [nearest, distance] = [event, away];
      before = point;
    }
  }
  return nearest;
}
/** The actor whose name is at this place of the header. */
function actorAt(x, y) {
  if (y >= layout.header || x < layout.gutter) return null;
  return layout.columns.find((actor) => Math.abs(xOf(actor) - x) <= layout.columnWidth / 2) ?? null;
}

function distanceTo(x, y, [x1, y1], [x2, y2]) {
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2 || 1;
  const t = Math.min(Math.max(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length, 0), 1);
  return Math.hypot(x - x1 - t * (x2 - x1), y - y1 - t * (y2 - y1));
}

let drawing = 0;
function drawSoon() {
  if (!drawing) drawing = requestAnimationFrame(() => { drawing = 0; draw(); });
}
