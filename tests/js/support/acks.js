/**
 * A program of its own: sends many events at once to a real server, and prints as JSON what came back.
 * Counterpart: tests/integration/test_javascript_client.py.
 *
 * Usage: node acks.js URL TOKEN TRANSPORT, the events as JSON on stdin: [[event, payload], ...].
 */

import { text } from "node:stream/consumers";
import { io } from "socket.io-client";

const ANSWER_MS = 60_000;

const [url, token, transport] = process.argv.slice(2);
const events = JSON.parse(await text(process.stdin));
const socket = io(`${url}/containers`, {
  auth: { token },
  transports: [transport],
  reconnection: false,
  autoConnect: false,
});

/** How often an ack with this id was on the wire: the library passes over every one after the first. */
const times = new Map();
const notices = [];
let lost = null;

socket.io.on("open", () => {
  socket.io.engine.on("packet", ({ type, data }) => {
    const id = type === "message" && /^3\/containers,(\d+)/.exec(data)?.[1];
    if (id) times.set(id, (times.get(id) ?? 0) + 1);
  });
});
socket.on("container-ack", (notice) => notices.push(notice));
socket.on("disconnect", (reason) => (lost = reason));

const call = (event, payload) =>
  socket
    .timeout(ANSWER_MS)
    .emitWithAck(event, payload)
    .catch(() => null);

await new Promise((resolve, reject) => {
  socket.on("connected", resolve);
  socket.on("connect_error", reject);
  socket.connect();
});
const answers = await Promise.all(events.map(([event, payload]) => call(event, payload)));
// Answered after all of them: an ack that comes twice has come by now.
await call("unsubscribe", {});
const used = socket.io.engine.transport.name;
const report = { transport: used, answers, notices, lost, times: Object.fromEntries(times) };
socket.disconnect();
process.stdout.write(JSON.stringify(report));
