/** Rates over a minute, drawn on a canvas in the colours of the style sheet. */

import { asCountdown } from './words.js';

const SPAN_MS = 60_000;
const STEP_MS = 500;
const ROOM = { left: 46, right: 8, top: 8, bottom: 22 };

/**
 * @param {{ rate: import('./rate.js').Rate, colour: string }[]} series the colour is a property of the style sheet
 * @param {number} end where the minute ends
 * @param {number} ago how long ago that was, in milliseconds
 */
export function draw(canvas, series, end, ago) {
  const area = prepare(canvas);
  const curves = series.map(({ rate, colour }) => ({ colour: area.style.getPropertyValue(colour), values: sample(rate, end) }));
  const top = niceTop(Math.max(...curves.flatMap(({ values }) => values)));
  drawGrid(area, top, ago);
  for (const curve of curves) drawCurve(area, curve, top);
}

function prepare(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const inner = { width: width - ROOM.left - ROOM.right, height: height - ROOM.top - ROOM.bottom };
  return { context, width, height, inner, style: getComputedStyle(canvas) };
}

/** Taken at fixed moments, so that a curve moves to the left and does not change its shape on the way. */
function sample(rate, end) {
  const newest = Math.floor(end / STEP_MS) * STEP_MS;
  const moments = SPAN_MS / STEP_MS;
  const values = Array.from({ length: moments }, (_, at) => rate.perSecond(newest - (moments - 1 - at) * STEP_MS, 2 * STEP_MS));
  return [...values, rate.perSecond(end)];
}

/** 4, 8, 20, 40, 80, 200, … so that a quarter of it is a round number. */
export function niceTop(highest) {
  for (let unit = 4; ; unit *= 10) {
    const found = [1, 2, 5].find((times) => unit * times >= highest);
    if (found) return unit * found;
  }
}

function drawGrid({ context, width, inner, style }, top, ago) {
  context.font = `11px ${style.fontFamily}`;
  context.fillStyle = style.getPropertyValue('--quiet');
  context.strokeStyle = style.getPropertyValue('--line');
  context.lineWidth = 1;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (let quarter = 0; quarter <= 4; quarter += 1) {
    const y = Math.round(ROOM.top + inner.height * (1 - quarter / 4)) + 0.5;
    context.beginPath();
    context.moveTo(ROOM.left, y);
    context.lineTo(width - ROOM.right, y);
    context.stroke();
    if (quarter % 2 === 0) context.fillText(((top * quarter) / 4).toLocaleString('en'), ROOM.left - 8, y);
  }
  context.textBaseline = 'top';
  for (const [seconds, align] of [[60, 'left'], [40, 'center'], [20, 'center'], [0, 'right']]) {
    context.textAlign = align;
    const x = ROOM.left + inner.width * (1 - seconds / 60);
    const before = seconds * 1_000 + ago;
    context.fillText(before < 1_000 ? 'now' : `−${asCountdown(before)}`, x, ROOM.top + inner.height + 7);
  }
}

function drawCurve({ context, inner }, { colour, values }, top) {
  const bottom = ROOM.top + inner.height;
  const point = (value, at) => [ROOM.left + (inner.width * at) / (values.length - 1), bottom - (inner.height * value) / top];
  context.beginPath();
  values.forEach((value, at) => context.lineTo(...point(value, at)));
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.stroke();
  context.lineTo(ROOM.left + inner.width, bottom);
  context.lineTo(ROOM.left, bottom);
  context.globalAlpha = 0.16;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
}
