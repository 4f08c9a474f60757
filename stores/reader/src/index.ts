/**
 * The reader port of the faces: the registry at one published checkpoint, over the shared trie and the store's reader.
 * Faces receive a {@link RegistryReader}; nothing here can write.
 */

export { type OrderOn, orderPath, ordersOn } from './orders.ts'
export { type PauseInForce, pauseOf } from './pause.ts'
export * from './published.ts'
export { PublishedReader } from './published-reader.ts'
