/** What the faces need from the application besides the reader: published texts, limits' clock, other services' views. */

import { readFileSync } from 'node:fs'
import type { ApiOptions, Archive } from '@cadastre/api'
import { createPortal } from '@cadastre/api'
import type { ExplorerOptions } from '@cadastre/explorer'
import type { Notices } from '@cadastre/notices'
import { formatAddress, formatPrefix } from '@cadastre/numbers'
import { PROCEDURES } from '@cadastre/procedures'
import { createRdapHandler } from '@cadastre/rdap'
import type { RegistryReader, Snapshot } from '@cadastre/reader'
import type { Json, ParsedKey } from '@cadastre/records'
import { whoisText } from '@cadastre/whois'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Logger } from 'pino'

/** The published pages of procedures, by kind. They belong to the program, so they are read once. */
export function procedureTexts(): ReadonlyMap<string, string> {
  const directory = new URL('../../../../docs/procedures/', import.meta.url)
  const kinds = new Set(Object.keys(PROCEDURES).map((id) => id.split('/', 1)[0] ?? id))
  return new Map([...kinds].map((kind) => [kind, readFileSync(new URL(`${kind}.md`, directory), 'utf8')]))
}

/** The reader as it would be at another state. */
function readerAt(reader: RegistryReader, snapshot: Snapshot): RegistryReader {
  return {
    info: reader.info,
    store: reader.store,
    snapshot: () => snapshot,
    snapshotAt: (size) => reader.snapshotAt(size),
    history: (...asked) => reader.history(...asked),
  }
}

/** What RDAP and WHOIS are asked for a record's key. */
function queryOf(key: ParsedKey): { readonly rdap: string; readonly whois: string } {
  if (key.kind === 'object') return { rdap: `/entity/${key.handle}`, whois: key.handle }
  const { block } = key
  if (block.space !== 'asn') return { rdap: `/ip/${formatPrefix(block)}`, whois: formatPrefix(block) }
  const number = formatAddress('asn', block.first)
  return { rdap: `/autnum/${number}`, whois: `AS${number}` }
}

async function rdapAt(reader: RegistryReader, snapshot: Snapshot, key: ParsedKey): Promise<Json> {
  const answer = await createRdapHandler(readerAt(reader, snapshot)).handle('GET', queryOf(key).rdap)
  return answer.status === 200 ? (JSON.parse(new TextDecoder().decode(answer.body)) as Json) : null
}

export function apiOptions(
  reader: RegistryReader,
  logger: Logger,
  archive: Archive,
  texts: ReadonlyMap<string, string>,
  notices: Notices,
): ApiOptions {
  const { subscriptions, channels } = notices
  return {
    clientAddress: (c) => getConnInfo(c).remote.address ?? null,
    procedureText: (kind) => texts.get(kind) ?? null,
    render: {
      rdap: (snapshot, key) => rdapAt(reader, snapshot, key),
      whois: (snapshot, key) => whoisText(readerAt(reader, snapshot), queryOf(key).whois),
    },
    archive,
    subscriptions: {
      channels,
      // Whether there was room, or it was there already, is nobody else's to know.
      subscribe: (block, channel, target) =>
        subscriptions.subscribe(block, channel, target, Date.now()) === 'address-malformed'
          ? 'address-malformed'
          : null,
      confirm: (token) => subscriptions.confirm(token, Date.now()),
      end: (token) => subscriptions.unsubscribe(token),
    },
    now: () => performance.now(),
    failed: (error) => logger.error({ err: error }, 'the API met a bug'),
  }
}

export function explorerOptions(
  reader: RegistryReader,
  logger: Logger,
  archive: Archive,
  texts: ReadonlyMap<string, string>,
): ExplorerOptions {
  const { info } = reader
  return {
    info,
    ...createPortal(reader),
    procedures: texts,
    statistics: () => archive.statistics(),
    why: async (index) => {
      const reply = await archive.why(index)
      return reply.kind === 'ready' ? { kind: 'ready', value: reply.value.explanation } : reply
    },
    examples:
      info.demonstration === null
        ? []
        : [
            { query: '200.160.0.1', says: 'an address' },
            { query: '2001:12f0::/32', says: 'a prefix' },
            { query: 'AS1251', says: 'an AS number' },
            { query: '10.0.0.0/8', says: 'a pool to allocate from' },
          ],
    failed: (error) => logger.error({ err: error }, 'the explorer met a bug'),
  }
}
