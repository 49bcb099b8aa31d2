/**
 * The shapes that travel between dockmon and this library, as JSDoc types; no code.
 * Counterpart: the server's payloads (realtime/, api/); apply.js turns them into state.
 *
 * Times are Unix seconds, `null` means unknown.
 */

/**
 * @typedef {"created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead"} ContainerStateWord
 * @typedef {"connecting" | "up" | "stale" | "down"} EngineStateWord
 * @typedef {"start" | "stop" | "restart" | "kill" | "pause" | "unpause" | "remove"} ActionName
 */

/**
 * @typedef {object} Port
 * @property {string | null} ip
 * @property {number} private_port
 * @property {number | null} public_port
 * @property {string} protocol
 */

/**
 * @typedef {object} Container
 * @property {string} engine
 * @property {string} id 64 hex digits
 * @property {string} name
 * @property {string} image
 * @property {ContainerStateWord} state the engine's own word, never health
 * @property {string} status the state in Docker's wording, made when the message was
 * @property {"healthy" | "unhealthy" | "starting" | null} health
 * @property {Port[]} ports
 * @property {number | null} created
 * @property {number | null} started_at
 * @property {number | null} finished_at
 * @property {number | null} exit_code
 * @property {boolean | null} oom_killed
 * @property {number | null} restarts
 * @property {string | null} restart_policy
 * @property {string | null} project
 * @property {string | null} service
 * @property {Record<string, string>} labels
 */

/** @typedef {Record<string, number>} Summary `total`, then a count per state, and `unhealthy` */

/**
 * A room's epoch is compared for equality only.
 * @typedef {string | number} Epoch
 */

/**
 * @typedef {object} ContainersPayload a full snapshot of one engine
 * @property {string} engine
 * @property {Epoch} epoch
 * @property {number} seq
 * @property {EngineStateWord} state
 * @property {string | null} reason
 * @property {number | null} confirmed_at
 * @property {Container[]} data
 * @property {Summary} summary
 * @property {number} timestamp
 */

/**
 * @typedef {object} ContainersDelta
 * @property {string} engine
 * @property {Epoch} epoch
 * @property {number} seq_from
 * @property {number} seq_to
 * @property {Container[]} changed
 * @property {string[]} removed
 * @property {Summary} summary
 * @property {number} timestamp
 */

/**
 * @typedef {object} EngineEvent
 * @property {string} engine
 * @property {EngineStateWord} state
 * @property {string | null} [reason]
 * @property {number | null} confirmed_at
 * @property {number} timestamp
 */

/**
 * @typedef {object} WireError
 * @property {string} code
 * @property {string} message English, for logs; the page translates the code
 * @property {Record<string, unknown>} [params]
 * @property {string | null} [request_id]
 */

/**
 * @template T
 * @typedef {{ ok: true, data: T } | { ok: false, error: WireError }} Ack
 */

/**
 * @typedef {object} ActionAnswer
 * @property {"succeeded"} outcome
 * @property {boolean} changed
 * @property {string} engine
 * @property {string} container full id
 * @property {ActionName} action
 * @property {string} request_id
 * @property {number} took_seconds
 */

/**
 * What `performAction` resolves with. `unknown`: it was sent, and nobody knows whether it worked.
 * @typedef {{ ok: true, outcome: "succeeded", data: ActionAnswer }
 *   | { ok: false, outcome: "failed" | "unknown", error: WireError }} ActionResult
 */

/**
 * @typedef {object} ContainerAck the `container-ack` event
 * @property {boolean} success
 * @property {string} message
 * @property {ActionName} action
 * @property {string} engine
 * @property {string} container
 * @property {string} request_id
 * @property {number} took_seconds
 * @property {"succeeded" | "failed" | "unknown"} outcome
 * @property {boolean} changed
 * @property {WireError | null} [error]
 * @property {number} timestamp
 */

/**
 * @typedef {object} ActionOptions
 * @property {number} [timeout_seconds] how long the engine gives the container; 0 to 600, the server's default is 10
 * @property {string} [signal] for `kill`
 * @property {boolean} [force] for `remove`
 * @property {boolean} [allow_self] end even the container the server itself runs in
 * @property {string} [request_id] made when left out
 * @property {number} [deadline_seconds] when to give up waiting for the answer; default: timeout_seconds + 20
 */

/** @typedef {{ engine: string, id: string }} ContainerRef a Container is one */

/**
 * @typedef {object} LogLine
 * @property {string} engine
 * @property {string} container
 * @property {"stdout" | "stderr"} stream
 * @property {number} timestamp
 * @property {string} cursor opaque; as `since` it continues after exactly this line
 * @property {string} text
 */

/**
 * @typedef {object} LogOptions
 * @property {number | "all"} [tail]
 * @property {string | number} [since] Unix seconds, RFC 3339 or a cursor
 * @property {string | number} [until]
 * @property {boolean} [follow]
 * @property {boolean} [timestamps] only changes `format: "text"`
 * @property {"stdout" | "stderr"} [stream]
 * @property {string} [q]
 * @property {AbortSignal} [signal] ends the iteration quietly
 * @property {(state: "open" | "lost") => void} [onState] the answer has begun; a followed one broke off and is asked for again
 * @property {(container: ContainerRef, error: WireError) => void} [onBroken] of several logs one broke off; the others go on
 */

/**
 * As `docker inspect` has it. Engines differ in what they tell, so whoever reads it looks twice.
 * @typedef {Record<string, unknown>} ContainerDetails
 */

/**
 * @typedef {object} InspectOptions
 * @property {"env"} [reveal] with the values of the environment; for admins, and the server's log keeps who did
 * @property {AbortSignal} [signal]
 */

/** @typedef {{ titles: string[], processes: string[][] }} ProcessTable */

/**
 * @typedef {object} HostMetrics `null` for engines on other machines
 * @property {number | null} cpu_percent 0 to 100 of the whole machine
 * @property {(number | null)[]} cpu_percent_per_core
 * @property {number | null} cpu_count
 * @property {number[] | null} load_average
 * @property {number | null} memory_used_bytes
 * @property {number | null} memory_total_bytes
 * @property {number | null} swap_used_bytes
 * @property {number | null} swap_total_bytes
 * @property {{ mount: string, used_bytes: number, total_bytes: number }[]} disks
 * @property {number | null} network_rx_bytes_per_second
 * @property {number | null} network_tx_bytes_per_second
 * @property {number | null} uptime_seconds
 */

/**
 * @typedef {object} MetricsPayload
 * @property {string} engine
 * @property {HostMetrics | null} host
 * @property {number} timestamp
 */

/**
 * @typedef {object} ContainerStatsPayload
 * @property {string} engine
 * @property {number} interval_seconds
 * @property {string[]} columns the first is `id`
 * @property {[string, ...(number | null)[]][]} rows one per running or paused container; the id is its first 12 hex digits
 * @property {number} timestamp
 */

/**
 * @typedef {object} ContainerStats one row with its columns' names; `cpu_percent` has 100 = one core
 * @property {string} engine
 * @property {string} id the first 12 hex digits
 * @property {number | null} cpu_percent
 * @property {number | null} memory_bytes
 * @property {number | null} memory_limit_bytes
 * @property {number | null} network_rx_bytes_per_second
 * @property {number | null} network_tx_bytes_per_second
 * @property {number | null} block_read_bytes_per_second
 * @property {number | null} block_write_bytes_per_second
 * @property {number | null} pids
 * @property {number | null} cpu_throttled_percent
 * @property {number} interval_seconds how often such a row comes
 * @property {number} timestamp
 */

/**
 * @typedef {object} Greeting the `connected` event
 * @property {string} server
 * @property {string} version
 * @property {number} protocol
 * @property {{ username: string, role: "viewer" | "operator" | "admin" }} user
 * @property {Record<string, number>} intervals
 * @property {number} timestamp
 */

/** @typedef {"websocket" | "long-polling" | "http"} SourceKind */
/** @typedef {"connecting" | "connected" | "reconnecting" | "disconnected" | "unauthorized"} ConnectionStatus */

/**
 * @typedef {object} EngineView what the library knows about one engine, now
 * @property {string} engine
 * @property {EngineStateWord} state
 * @property {string | null} reason
 * @property {number | null} confirmed_at the last time the server saw the engine answer
 * @property {number | null} age_seconds since confirmed_at, on the server's clock
 * @property {boolean} stale not to be shown as the present: the engine is not up, or the age has passed 10 s, 5 s once the connection is lost
 * @property {boolean} confirmed false between a lost connection and the first answer of the next
 * @property {Summary} summary
 */

/**
 * @typedef {object} LiveOptions
 * @property {string} [url] default: the page's own origin; may carry a base path
 * @property {string | (() => string | Promise<string>)} [token] asked anew at every (re)connect; absent: the page's cookies
 * @property {boolean} [enableFallback] default true; false: WebSocket only
 * @property {boolean} [autoConnect] default true
 * @property {string[]} [engines] default: all the user may see, now and later
 * @property {Partial<import("./outside.js").Outside>} [outside] for tests: clocks, bounds, fetch, the socket library
 */

export {};
