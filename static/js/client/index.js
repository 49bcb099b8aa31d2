/**
 * The client library's front door: what other pages and our own dashboard import.
 * Counterpart: the server's namespaces `/containers` and `/metrics`, and its REST API.
 */

export { RealtimeContainers } from "./containers.js";
export { RealtimeMetrics } from "./metrics.js";
export { Ring } from "./history.js";
export { ApiError, LostError } from "./errors.js";
export { Rest } from "./rest.js";
export { restFor } from "./connection.js";
export { sessionFor } from "./session.js";

/**
 * @typedef {import("./types.js").Container} Container
 * @typedef {import("./types.js").ContainerRef} ContainerRef
 * @typedef {import("./types.js").ContainerStats} ContainerStats
 * @typedef {import("./types.js").HostMetrics} HostMetrics
 * @typedef {import("./types.js").EngineView} EngineView
 * @typedef {import("./types.js").Summary} Summary
 * @typedef {import("./types.js").ActionName} ActionName
 * @typedef {import("./types.js").ActionOptions} ActionOptions
 * @typedef {import("./types.js").ActionResult} ActionResult
 * @typedef {import("./types.js").ContainerAck} ContainerAck
 * @typedef {import("./types.js").ContainerDetails} ContainerDetails
 * @typedef {import("./types.js").InspectOptions} InspectOptions
 * @typedef {import("./types.js").ProcessTable} ProcessTable
 * @typedef {import("./types.js").LogLine} LogLine
 * @typedef {import("./types.js").LogOptions} LogOptions
 * @typedef {import("./types.js").ConnectionStatus} ConnectionStatus
 * @typedef {import("./types.js").SourceKind} SourceKind
 * @typedef {import("./types.js").WireError} WireError
 * @typedef {import("./metrics.js").Sample} Sample
 */
