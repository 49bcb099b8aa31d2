// Node's `socket.io` server sending the same payload: what dockmon is measured against.
// Orders are lines on standard input, as with `fanout_server.py`, its counterpart.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Server } from "socket.io";

const PROBE_MS = 10;
const told = JSON.parse(process.argv[2]);
const now = () => Number(process.hrtime.bigint()) / 1e9; // the clock of time.monotonic()

const http = createServer();
const io = new Server(http, {
  pingInterval: told.ping_interval * 1000,
  pingTimeout: told.ping_timeout * 1000,
  serveClient: false,
});
const viewers = io.of(told.namespace);
viewers.use((socket, next) => next(socket.handshake.auth.token ? undefined : new Error("auth")));

let publishing;
function publish(seconds) {
  clearInterval(publishing);
  if (seconds) {
    publishing = setInterval(() => {
      told.payload.at = now();
      viewers.emit(told.event, told.payload);
    }, seconds * 1000);
  }
}

let late;
function probe() {
  const mine = (late = []);
  const again = () => {
    const due = now() + PROBE_MS / 1000;
    setTimeout(() => {
      mine.push(now() - due);
      if (late === mine) again();
    }, PROBE_MS);
  };
  again();
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [order, argument] = line.split(" ");
    let answer = null;
    if (order === "publish") publish(Number(argument));
    if (order === "lag") probe();
    if (order === "lags") [answer, late] = [late, undefined];
    console.log(JSON.stringify(answer));
  })
  .on("close", () => process.exit(0));

http.listen(0, "127.0.0.1", () => console.log(http.address().port));
