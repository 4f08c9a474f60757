/** The fast engine: what tests, tools and other agents of the simulator may use of it. */

export { type Digest, fakeDigest, fakeSignature, realDigest, unsignedDigest } from './digest.ts'
export { type Acted, type Asking, Engine, type EngineOptions, type HistoryEvent } from './engine.ts'
export { FastState } from './fast-state.ts'
export {
  eventsOf,
  type Failure,
  historyText,
  type Played,
  parseHistory,
  playHistory,
  replayHistory,
  type Setting,
  settingOf,
} from './history.ts'
export { Lists } from './lists.ts'
export { LogWriter, type LogWriterOptions } from './log-writer.ts'
export { LONG_LOG_VKEY, type LongLog, type LongLogOptions, logOf, writeLongLog } from './long-log.ts'
export { type Minimised, minimise } from './minimise.ts'
export { fakeSignatures, RealSignatures, type SignaturePort } from './signature-port.ts'
export { foundingBodies, type WorldSize } from './world.ts'
