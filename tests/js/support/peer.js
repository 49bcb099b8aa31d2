/**
 * A real Socket.IO and REST server on loopback that speaks dockmon's contract, and can misbehave.
 * Counterpart: static/js/client/, which takes it for the real one.
 */

import { createServer } from "node:http";
import { Server } from "socket.io";
import { FleetEngine, containerOf } from "./fleet.js";

export async function startPeer(options = {}) {
  const peer = new Peer(options);
  await peer.listen();
  return peer;
}

export class Peer {
  engines = new Map();
  /** Every REST request: `POST auth/refresh`. */
  requests = [];
  /** How often an action was really done, by request_id. */
  done = new Map();
  answers = new Map();
  subscribes = [];
  metricsSubscribes = [];
  /** A code: CONNECT and REST are refused with it. */
  refuse = null;
  /** Looks at the handshake's auth and the REST header; returns a code or null. */
  judge = () => this.refuse;
  /** Replaces the answer to a REST path. */
  routes = new Map();
  onAction = null;

  constructor({ transports = ["polling", "websocket"], socketio = true, port = 0, base = "/" } = {}) {
    Object.assign(this, { transports, socketio, port, base });
    this.engines.set("local", new FleetEngine("local"));
    this.local = this.engines.get("local");
    this.local.containers.set(containerOf("local", 1).id, containerOf("local", 1));
  }

  get url() {
    return `http://127.0.0.1:${this.port}${this.base}`;
  }

  async listen() {
    this.http = createServer((request, response) => void this.#serve(request, response));
    if (this.socketio) this.#attach();
    await new Promise((resolve) => this.http.listen(this.port, "127.0.0.1", resolve));
    this.port = this.http.address().port;
  }

  #attach() {
    this.io = new Server(this.http, {
      path: `${this.base}socket.io`,
      serveClient: false,
      // As a proxy would; `transports` may be changed while it runs.
      allowRequest: ({ _query }, decide) => decide(null, this.transports.includes(_query.transport)),
    });
    this.#namespace("/containers", (socket) => this.#containers(socket));
    this.#namespace("/metrics", (socket) => this.#metrics(socket));
  }

  #namespace(name, serve) {
    const namespace = this.io.of(name);
    namespace.use((socket, next) => {
      const code = this.judge(socket.handshake.auth?.token);
      next(code ? Object.assign(new Error(code), { data: { code } }) : undefined);
    });
    namespace.on("connection", (socket) => {
      socket.emit("connected", { server: "dockmon", protocol: 1, user: { username: "ada" }, timestamp: Date.now() / 1000 });
      serve(socket);
    });
  }

  #on(socket, event, handler) {
    socket.on(event, async (payload, ack) => {
      const data = await handler(payload);
      ack?.(data.ok === false ? data : { ok: true, data });
    });
  }

  #containers(socket) {
    this.#on(socket, "subscribe", (payload) => {
      this.subscribes.push(payload);
      const wanted = [...this.engines.values()].filter(({ engine }) => payload.engines?.includes(engine) ?? true);
      for (const { engine } of wanted) socket.join(engine);
      return { engines: wanted.map((engine) => engine.snapshot()) };
    });
    this.#on(socket, "resync", ({ engine }) => this.engines.get(engine).snapshot());
    this.#on(socket, "container-action", (payload) => this.act(payload));
  }

  #metrics(socket) {
    this.#on(socket, "subscribe", (payload) => {
      this.metricsSubscribes.push(payload);
      socket.join("local");
      return { engines: this.metricsAnswer(payload) };
    });
  }

  metricsAnswer({ host = true, containers = true }) {
    const [metrics, container_stats] = [host ? this.hostPayload() : null, containers ? this.statsPayload() : null];
    return [{ engine: "local", metrics, container_stats }];
  }

  hostPayload() {
    return { engine: "local", host: { cpu_percent: 12 }, timestamp: Date.now() / 1000 };
  }

  statsPayload() {
    const rows = [...this.local.containers.keys()].map((id) => [id.slice(0, 12), 1.5, 1000]);
    const columns = ["id", "cpu_percent", "memory_bytes"];
    return { engine: "local", interval_seconds: 1, columns, rows, timestamp: Date.now() / 1000 };
  }

  /** The promise actions rest on: one request_id, one deed, one answer. */
  async act(payload) {
    const { request_id, engine, container, action } = payload;
    const known = this.answers.get(request_id);
    if (known) return known;
    const answered = { outcome: "succeeded", changed: true, engine, container, action, request_id, took_seconds: 0 };
    this.answers.set(request_id, answered);
    this.done.set(request_id, (this.done.get(request_id) ?? 0) + 1);
    await this.onAction?.(payload);
    return answered;
  }

  /** Changes a container and tells everybody. */
  change(changed, removed) {
    const delta = this.local.change(changed, removed);
    this.io?.of("/containers").to("local").emit("containers-delta", delta);
    return delta;
  }

  tell(namespace, event, payload) {
    this.io.of(namespace).emit(event, payload);
  }

  /** As a lost network: no namespace says goodbye. */
  cut() {
    for (const client of Object.values(this.io.engine.clients)) client.transport.close();
  }

  get clients() {
    return this.io?.engine.clientsCount ?? 0;
  }

  async #serve(request, response) {
    if (!request.url.startsWith(`${this.base}api/v1/`)) return answer(response, 404, {});
    const path = request.url.slice(`${this.base}api/v1/`.length);
    const name = `${request.method} ${path}`;
    const body = await bodyOf(request);
    this.requests.push({ name, headers: request.headers, body });
    const route = this.routes.get(name.split("?")[0]);
    if (route) return route(request, response, body);
    const code = this.judge(request.headers.authorization?.replace("Bearer ", ""));
    if (code) return answer(response, 401, { code, title: code });
    return this.#rest(name, response, body);
  }

  async #rest(name, response, body) {
    const timestamp = Date.now() / 1000;
    const engines = [...this.engines.values()];
    if (name === "GET containers") {
      const data = engines.flatMap((engine) => [...engine.containers.values()]);
      return answer(response, 200, { data, engines: engines.map((engine) => engine.head()), summary: {}, timestamp });
    }
    if (name === "GET system") return answer(response, 200, { data: [this.hostPayload()], timestamp });
    if (name === "GET stats") return answer(response, 200, { data: [this.statsPayload()], timestamp });
    const action = /^POST containers\/([^/]+)\/([^/]+)\/actions$/.exec(name);
    if (action) {
      return answer(response, 200, await this.act({ ...JSON.parse(body), engine: action[1], container: action[2] }));
    }
    return answer(response, 404, { code: "request.not_found", title: "not found" });
  }

  /** Stops listening first: a client that still polls would otherwise keep the server open for ever. */
  async close() {
    const closed = new Promise((resolve) => this.http.close(resolve));
    this.http.closeAllConnections();
    await this.io?.close();
    this.http.closeAllConnections();
    await closed;
  }
}

export function answer(response, status, body, headers = {}) {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

async function bodyOf(request) {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}
