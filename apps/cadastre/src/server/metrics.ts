/** Prometheus metrics: what an operator watches. No label names a holder or a resource. */

import type { PublishedReader } from '@cadastre/reader'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = {
  readonly registry: Registry
  readonly request: (face: string, status: number, seconds: number) => void
  readonly whois: (count: number) => void
  readonly writerStopped: () => void
  readonly published: () => void
}

/** `face` is one of the mounted services, never a path that a stranger chose. */
export function createMetrics(reader: () => PublishedReader | null): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'cadastre_http_requests_total',
    help: 'HTTP requests answered',
    labelNames: ['face', 'status'],
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'cadastre_http_request_seconds',
    help: 'Time to answer an HTTP request',
    labelNames: ['face'],
    buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  })
  const whois = new Counter({
    name: 'cadastre_whois_queries_total',
    help: 'WHOIS queries answered',
    registers: [registry],
  })
  const writer = new Gauge({
    name: 'cadastre_writer_up',
    help: '1 while requests are decided, 0 once the writer has stopped',
    registers: [registry],
  })
  writer.set(1)
  const checkpoints = new Counter({
    name: 'cadastre_checkpoints_published_total',
    help: 'Checkpoints published since start',
    registers: [registry],
  })
  new Gauge({
    name: 'cadastre_log_size',
    help: 'Entries in the published log',
    registers: [registry],
    collect() {
      const published = reader()
      this.set(published?.ready === true ? published.snapshot().publication.size : 0)
    },
  })
  return {
    registry,
    request: (face, status, taken) => {
      requests.inc({ face, status: String(status) })
      seconds.observe({ face }, taken)
    },
    whois: (count) => whois.inc(count),
    writerStopped: () => writer.set(0),
    published: () => checkpoints.inc(),
  }
}
