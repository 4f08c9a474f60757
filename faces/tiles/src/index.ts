/**
 * The log and its proofs over HTTP: the checkpoint, tiles and entry bundles as static files (C2SP tlog-tiles), and
 * proof documents (C2SP tlog-proof) for any address, prefix, AS number or object. Whoever can alter what this room
 * sends can withhold answers; it cannot make a verifier accept a false one.
 */

export { createTiles, TILE_ROUTES, type TilesOptions } from './server.ts'
