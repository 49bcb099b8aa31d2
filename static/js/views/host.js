/** The figures of the machine under an engine, and of it as a whole. */

import { html } from "htm/preact";
import { bytes, bytesOf, load, percent, rate, uptime } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { Meter } from "../ui/meter.js";

/** @typedef {import("../client/types.js").HostMetrics} HostMetrics */

/** @param {{host: HostMetrics}} props */
export function HostFigures({ host }) {
  const disk = fullest(host.disks);
  return html`<dl class="figures">
    <${Figure} name=${t("host.cpu")} value=${percent(host.cpu_percent)} used=${host.cpu_percent} total=${100} />
    <${Figure}
      name=${t("host.memory")}
      value=${bytesOf(host.memory_used_bytes, host.memory_total_bytes)}
      used=${host.memory_used_bytes}
      total=${host.memory_total_bytes}
    />
    <${Figure}
      name=${t("host.swap")}
      value=${host.swap_total_bytes === 0 ? t("host.no_swap") : bytesOf(host.swap_used_bytes, host.swap_total_bytes)}
      used=${host.swap_used_bytes}
      total=${host.swap_total_bytes}
    />
    <${Figure}
      name=${disk ? t("host.disk", { mount: disk.mount }) : t("host.disk_unknown")}
      value=${disk ? bytesOf(disk.used_bytes, disk.total_bytes) : bytes(null)}
      used=${disk?.used_bytes}
      total=${disk?.total_bytes}
    />
    <${Figure} name=${t("host.received")} value=${rate(host.network_rx_bytes_per_second)} />
    <${Figure} name=${t("host.sent")} value=${rate(host.network_tx_bytes_per_second)} />
    <${Figure} name=${t("host.load")} value=${load(host.load_average)} />
    <${Figure} name=${t("host.uptime")} value=${uptime(host.uptime_seconds)} />
  </dl>`;
}

/** @param {{name: string, value: string, used?: number | null, total?: number | null}} props */
function Figure({ name, value, used, total }) {
  return html`<div class="figure">
    <dt>${name}</dt>
    <dd>${value}</dd>
    ${total !== undefined && html`<${Meter} used=${used} total=${total} />`}
  </div>`;
}

/**
 * One disk fits the strip, and the one that will cause trouble is the one to show.
 *
 * @param {HostMetrics["disks"] | null | undefined} disks
 */
function fullest(disks) {
  const sized = (disks ?? []).filter(({ total_bytes }) => total_bytes > 0);
  return sized.sort((a, b) => b.used_bytes / b.total_bytes - a.used_bytes / a.total_bytes)[0] ?? null;
}
