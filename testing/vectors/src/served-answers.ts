/** Answers of RDAP and WHOIS that were changed by whoever served them, each with what proves the record beside it. */

import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { inclusionProof } from '@cadastre/merkle'
import { formatServed, type ServedAnswer } from '@cadastre/misbehaviour'
import { parsePrefix } from '@cadastre/numbers'
import { createRdapHandler, type RdapHandler } from '@cadastre/rdap'
import { PublishedReader, type RegistryInfo } from '@cadastre/reader'
import { asRecordKey, canonicalJson, innermost, parseInstant, type RecordKey } from '@cadastre/records'
import { parseEntry, TrieState } from '@cadastre/replay'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import { whoisText } from '@cadastre/whois'
import { LOG_VKEY, ORIGIN } from './shared.ts'
import { readerOf } from './tree.ts'

/** A file, and whether it convicts. */
export type ServedFile = { readonly name: string; readonly convicts: boolean; readonly text: string }

const BASE = 'https://registry.example'
const INFO: RegistryInfo = {
  origin: ORIGIN,
  name: 'Example Registry',
  seat: 'XX',
  profile: 'community',
  demonstration: null,
  logVkey: LOG_VKEY,
  receiptVkey: '',
  policy: '',
  baseUrl: BASE,
  whois: { host: 'registry.example', port: 43 },
  version: '0.1.0',
}

/** The services over the state that a log ends in. */
class Services {
  readonly reader: PublishedReader
  readonly rdap: RdapHandler
  readonly #entries: readonly Uint8Array[]

  constructor(entries: readonly Uint8Array[], note: string) {
    const memory = createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 })
    const trie = new TrieWriter(memory, nodeCrypto)
    const state = new TrieState(trie, nodeCrypto, { keepIndex: true })
    for (const bytes of entries) {
      const parsed = parseEntry(bytes)
      if (parsed?.kind !== 'op' || !parsed.entry.outcome.accepted) continue
      for (const { key, next } of parsed.entry.outcome.effects)
        state.put(keyOf(key), next === null ? null : canonicalJson(next))
    }
    this.#entries = entries
    const store: Partial<PublishedReader['store']> = {
      entries: async (from, count) => entries.slice(from, from + count),
      openings: async () => [],
    }
    const last = entries.at(-1) ?? new Uint8Array(0)
    const at = parseEntry(last)?.entry.at
    if (at === undefined) throw new Error('the log ends in no state')
    const size = entries.length
    this.reader = new PublishedReader(INFO, memory, store as PublishedReader['store'], nodeCrypto)
    this.reader.publish({
      size,
      at,
      note,
      stateText: new TextDecoder().decode(last),
      inclusion: inclusionProof(nodeCrypto, readerOf(entries), size - 1, size),
      version: trie.commit(),
    })
    this.rdap = createRdapHandler(this.reader)
  }

  async answer(path: string): Promise<{ readonly status: number; readonly text: string }> {
    return this.rdap.handle('GET', path)
  }

  async reply(line: string): Promise<string> {
    const text = await whoisText(this.reader, line)
    return text.slice(text.indexOf('\n\n') + 2)
  }

  /** Proofs of these keys, and these entries with theirs. */
  beside(keys: readonly string[], entries: readonly number[] = []): Pick<ServedAnswer, 'proofs' | 'entries'> {
    const snapshot = this.reader.snapshot()
    const read = readerOf(this.#entries)
    const size = this.#entries.length
    return {
      proofs: keys.map((key) => ({ key, proof: snapshot.prove(keyOf(key)) })),
      ...(entries.length === 0
        ? {}
        : {
            entries: entries.map((index) => ({
              index,
              text: new TextDecoder().decode(this.#entries[index]),
              proof: inclusionProof(nodeCrypto, read, index, size).map(encodeBase64),
            })),
          }),
    }
  }
}

function keyOf(text: string): RecordKey {
  const key = asRecordKey(text)
  if (key === null) throw new Error(`not a key: ${text}`)
  return key
}

const AT = parseInstant('2030-03-17T17:46:40Z')

/** The answer to a question as it was served, at the size of the log. */
function file(
  size: number,
  asked: Pick<ServedAnswer, 'service' | 'query' | 'status'>,
  text: string,
  beside: Pick<ServedAnswer, 'proofs' | 'entries'>,
): string {
  if (AT === null) throw new Error('no instant')
  return formatServed({ ...asked, at: AT, from: '192.0.2.7', size, bytes: encodeUtf8(text), ...beside })
}

/** What Alice holds in the log. */
const BLOCK = '198.51.100.48/28'

export async function servedAnswers(
  entries: readonly Uint8Array[],
  note: string,
): Promise<readonly ServedFile[]> {
  const services = new Services(entries, note)
  const { size } = services.reader.snapshot().publication
  return [...(await rdapFiles(services, size)), ...(await whoisFiles(services, size))]
}

async function rdapFiles(services: Services, size: number): Promise<readonly ServedFile[]> {
  const { handle, id, since, keys } = heldAt(services, BLOCK)
  const honest = await services.answer(`/ip/${BLOCK}`)
  const query = `${BASE}/rdap/ip/${BLOCK}`
  const rdap = (text: string, beside = services.beside(keys), status = 200): string =>
    file(size, { service: 'rdap', query, status }, text, beside)
  const edit = (from: string | RegExp, to: string): string => changed(honest.text, from, to)
  const withTimes = services.beside(keys, since)
  const earlier = edit(/("eventAction":"last changed","eventDate":")\d{4}/, '$12029')
  return [
    {
      name: 'RDAP: another holder',
      convicts: true,
      text: rdap(edit(new RegExp(`"${handle}"`, 'g'), '"H-999"')),
    },
    {
      name: 'RDAP: a status that nobody recorded',
      convicts: true,
      text: rdap(edit('["active"', '["active","locked"')),
    },
    { name: 'RDAP: a smaller range', convicts: true, text: rdap(edit('"198.51.100.63"', '"198.51.100.62"')) },
    {
      name: 'RDAP: a member of the operator’s own',
      convicts: true,
      text: rdap(edit('"handle"', '"standing":"poor","handle"')),
    },
    { name: 'RDAP: nobody there', convicts: true, text: rdap(honest.text, services.beside(keys), 404) },
    { name: 'RDAP: held for longer than it was', convicts: true, text: rdap(earlier, withTimes) },
    { name: 'RDAP: held for longer, without the entry', convicts: false, text: rdap(earlier) },
    { name: 'RDAP: what the record says', convicts: false, text: rdap(honest.text, withTimes) },
    {
      name: 'RDAP: another log position than the proofs',
      convicts: false,
      text: rdap(changed(edit(id, 'R-999'), `log size ${size}`, `log size ${size - 1}`)),
    },
    {
      name: 'RDAP: without the proof of the holder',
      convicts: false,
      text: rdap(edit(id, 'R-999'), services.beside(keys.slice(0, 1))),
    },
  ]
}

async function whoisFiles(services: Services, size: number): Promise<readonly ServedFile[]> {
  const { handle, keys } = heldAt(services, BLOCK)
  const [honest, holder] = [await services.reply(BLOCK), await services.reply(handle)]
  const whois = (query: string, text: string): string =>
    file(size, { service: 'whois', query, status: null }, text, services.beside(keys))
  return [
    {
      name: 'WHOIS: an attribute that nobody recorded',
      convicts: true,
      text: whois(BLOCK, changed(honest, /^(status: .*)$/m, '$1\nremarks:        under review')),
    },
    {
      name: 'WHOIS: without the holder',
      convicts: true,
      text: whois(BLOCK, changed(honest, /^org: .*\n/m, '')),
    },
    {
      name: 'WHOIS: another name',
      convicts: true,
      text: whois(handle, changed(holder, /^org-name: .*$/m, 'org-name:       Nobody')),
    },
    { name: 'WHOIS: what the record says', convicts: false, text: whois(BLOCK, honest) },
    {
      name: 'WHOIS: a service that nobody judges',
      convicts: false,
      text: file(size, { service: 'finger', query: BLOCK, status: null }, honest, services.beside(keys)),
    },
  ]
}

/** Who holds a block, since which entry, and the keys of every record that its answers are made of. */
function heldAt(
  { reader }: Services,
  prefix: string,
): {
  readonly handle: string
  readonly id: string
  readonly since: readonly number[]
  readonly keys: readonly string[]
} {
  const block = parsePrefix(prefix)
  const found = block.ok ? innermost(reader.snapshot().chain(block.value))?.registration : undefined
  if (found === undefined || found.holder === null) throw new Error(`nobody holds ${prefix}`)
  const { id, holder: handle, since } = found
  const keys = [`ip4/${prefix}`, `obj/holder/${handle}`, `obj/notes/${id}`, 'obj/registry/REGISTRY']
  return { handle, id, since: [since], keys }
}

/** The text with something of it replaced, which must be there. */
function changed(text: string, from: string | RegExp, to: string): string {
  const after = text.replace(from, to)
  if (after === text) throw new Error(`nothing to change: ${String(from)}`)
  return after
}
