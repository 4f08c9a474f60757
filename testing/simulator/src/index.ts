/**
 * Naive second models and workloads for tests: written to be obviously right, not fast, and sharing no code with what
 * they judge. Only tests may import this room.
 */

export { type Agent, Scene } from './agents/agent.ts'
export { type Manner, Play } from './agents/cast.ts'
export { auditLogOf, BROKEN_STATES, FORGERIES, type Forged, forge } from './agents/forger.ts'
export { type CheckedRegistry, checkRegistry, type RegistryUnderCheck } from './check-registry.ts'
export * from './engine/index.ts'
export * from './memory-state.ts'
export { type ModelOptions, secondModel } from './model/index.ts'
export * from './naive-trie.ts'
export {
  foundTestRegistry,
  logVkeyOf,
  type OpenStore,
  openTestRegistry,
  startTestRegistry,
  TEST_ORIGIN,
  TEST_POOLS,
  type TestHolder,
  type TestIdentity,
  type TestPool,
  TestRegistry,
  type TestRegistryOptions,
  testIdentity,
} from './test-registry.ts'
export * from './workload.ts'
export * from './workload-chance.ts'
export * from './workload-registry.ts'
