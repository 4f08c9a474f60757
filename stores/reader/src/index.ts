/**
 * The reader port of the faces: the registry at one published checkpoint, over the shared trie and the store's reader.
 * Faces receive a {@link RegistryReader}; nothing here can write.
 */

export { type UnderWay, underWayOf } from '@cadastre/replay'
export { type ActOn, handlePath, moveSays } from './acts.ts'
export { type OrderOn, orderPath, ordersOn, type RepresentativeBy, representativeBy } from './orders.ts'
export { type PauseInForce, pauseOf } from './pause.ts'
export * from './published.ts'
export { PublishedReader } from './published-reader.ts'
export { NOTHING_STANDS, type Standing, standingOn } from './standing.ts'
