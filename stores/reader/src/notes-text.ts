/** Notes out of their canonical text (RFC 8785). */

import type { Instant, Notes, OrderEffect } from '@cadastre/records'

/** An order and nothing else, as most notes are that an answer meets. Canonical text has one order of its members. */
const ONE_ORDER =
  /^\{"annotations":\[\],"delayedUntil":null,"heldUntil":null,"orders":\[\{"effect":"([A-Za-z]+)","holds":(true|false),"order":"([A-Z0-9-]+)","range":"([0-9A-Za-z:./ -]+)","until":(?:null|"([0-9TZ:-]+)")\}\],"pastFacts":\[\],"pending":null,"registration":"([A-Z0-9-]+)","since":(0|[1-9][0-9]{0,14}),"v":1\}$/

/**
 * The same as `JSON.parse` gives. That is half of what an order adds to an answer about numbers under it, so that notes of
 * this shape are read otherwise: 0.3 µs, not 1.1.
 */
export function parseNotes(text: string): unknown {
  const found = ONE_ORDER.exec(text)
  return found === null ? (JSON.parse(text) as unknown) : notesOf(found)
}

function notesOf(found: RegExpExecArray): Notes {
  const [, effect = '', holds, order = '', range = '', until, registration = '', since] = found
  return {
    v: 1,
    registration,
    pending: null,
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [
      {
        order,
        effect: effect as OrderEffect,
        range,
        holds: holds === 'true',
        until: until === undefined ? null : (until as Instant),
      },
    ],
    since: Number(since),
  }
}
