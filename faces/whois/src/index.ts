/**
 * WHOIS (RFC 3912): the registry's records as RPSL objects, with the flags, errors and framing of RIPE's server. Each
 * answer is of one log position, says which, and names the proof of what it says. What differs from RIPE's server is in
 * `docs/divergences.md`.
 *
 * A line goes through `query.ts` (what is asked), `lookup.ts` and `match.ts` (which records), `render.ts` (records as
 * objects) and `answer.ts` (the text); `connection.ts` and `server.ts` are the sockets. The face reads a
 * `RegistryReader` and can write nothing.
 */

export { startWhois, type WhoisOptions, type WhoisServer, whoisText } from './server.ts'
export { DEFAULT_LIMITS, type Limits } from './source-limits.ts'
